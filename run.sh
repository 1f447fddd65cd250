#!/usr/bin/env bash
# ./run.sh            make the main corpus: 1,000,000 distinct phrases over 250,000 English words, into out/
# ./run.sh ARGS       python -m beam_pipeline.run ARGS
# ./run.sh test       lint, types and the everyday tests: five minutes; more arguments go to pytest, as in -k zipf, --cov
# ./run.sh test --all    the other tests too: engines, faults, fuzz and what else takes long
# ./run.sh test --rest   those others alone
# ./run.sh test --training   those of training libraries, which it installs: PyTorch, JAX and others, several GB
# ./run.sh benchmark  the program against its peers, see benchmarks/README.md
# ./run.sh docs       the documentation site, into site/; a broken link is an error
# The first call makes .venv and installs the project with the versions of constraints.txt; later calls do not.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

install() {  # $1: extras, as in [test]
  local stamp="$root/.venv/installed$1" want
  want=$(cat "$root/pyproject.toml" "$root/constraints.txt" | cksum)
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && return
  echo "installing hyperphrase$1 into .venv (once; a minute or two)" >&2
  "${PYTHON:-python3}" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "run.sh: Python 3.11 or later is needed; name one, as in PYTHON=python3.12 ./run.sh" >&2
    exit 2
  }
  [ -x "$root/.venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$root/.venv"
  "$root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    --constraint "$root/constraints.txt" --editable "$root$1"
  echo "$want" > "$stamp"
}

build_prism() {  # Beam's portable engine, for tests/engines: of the version of the installed Beam
  local stamp="$root/.venv/built-prism" version
  version=$("$root/.venv/bin/python" -c 'from importlib.metadata import version; print(version("apache-beam"))')
  [ -x "$root/.venv/bin/prism" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$version" ] && return
  command -v go > /dev/null || {
    echo "run.sh: NOT TESTED: no Go here to build Prism with, so no portable engine; install Go 1.26 or later" >&2
    return
  }
  echo "building Prism $version into .venv (once; a minute or two)" >&2
  if GOBIN="$root/.venv/bin" go install "github.com/apache/beam/sdks/v2/go/cmd/prism@v$version"; then
    echo "$version" > "$stamp"
  else
    echo "run.sh: NOT TESTED: Prism could not be built, so no portable engine" >&2
  fi
}

if [ "${1:-}" = test ]; then
  shift
  chosen=(-m everyday) extras="[test]" processes=2
  case "${1:-}" in
    --all) chosen=(-m "not training") && shift ;;
    --rest) chosen=(-m "not everyday and not training") processes=3 && shift ;;  # a quarter of their time is waiting
    --training) chosen=(-m training) extras="[test,test-training]" && shift ;;
  esac
  install "$extras"
  [[ "${chosen[1]}" =~ ^(everyday|training)$ ]] || build_prism
  cd "$root"
  .venv/bin/ruff check .
  .venv/bin/ruff format --check .
  .venv/bin/mypy
  exec .venv/bin/python -m pytest --numprocesses=$processes --dist=loadfile --no-loadscope-reorder "${chosen[@]}" "$@"
fi
if [ "${1:-}" = benchmark ]; then
  install "[bench]"
  cd "$root"
  exec .venv/bin/python -m benchmarks "${@:2}"
fi
if [ "${1:-}" = docs ]; then
  install "[docs]"
  cd "$root"
  NO_MKDOCS_2_WARNING=1 .venv/bin/python -m mkdocs build --strict
  .venv/bin/hyperphrase gallery --output=site/all_laws.html
  echo "look at   site/index.html    with search: .venv/bin/python -m http.server --directory=site"
  exit
fi
install ""
[ $# -gt 0 ] || set -- --runner=DirectRunner --phrases=1000000 --sampler=lexicon --lexicon=english --vocabulary=250000 --output=out
exec "$root/.venv/bin/python" -m beam_pipeline.run "$@"
