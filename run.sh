#!/usr/bin/env bash
# ./run.sh            make the main corpus: 1,000,000 distinct phrases over 250,000 English words, into out/
# ./run.sh ARGS       python -m beam_pipeline.run ARGS
# ./run.sh test       lint, types and all tests
# ./run.sh benchmark  the program against its peers, see benchmarks/README.md
# The first call makes .venv and installs the project with the versions of constraints.txt; later calls do not.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

install() {  # $1: extras, as in [test]
  local stamp="$root/.venv/installed$1" want
  want=$(cat "$root/setup.py" "$root/constraints.txt" | cksum)
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && return
  echo "installing hyperphrase$1 into .venv (once; a minute or two)" >&2
  "${PYTHON:-python3}" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "run.sh: Python 3.11 or later is needed; name one, as in PYTHON=python3.12 ./run.sh" >&2
    exit 2
  }
  [ -x "$root/.venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$root/.venv"
  "$root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --constraint "$root/constraints.txt" --editable "$root$1"
  echo "$want" > "$stamp"
}

if [ "${1:-}" = test ]; then
  install "[test]"
  cd "$root"
  .venv/bin/ruff check .
  .venv/bin/ruff format --check .
  .venv/bin/mypy
  exec .venv/bin/python -m pytest --numprocesses=2 --dist=loadfile "${@:2}"
fi
if [ "${1:-}" = benchmark ]; then
  install "[bench]"
  cd "$root"
  exec .venv/bin/python -m benchmarks "${@:2}"
fi
install ""
[ $# -gt 0 ] || set -- --runner=DirectRunner --phrases=1000000 --sampler=lexicon --lexicon=english --vocabulary=250000 --output=out
exec "$root/.venv/bin/python" -m beam_pipeline.run "$@"
