"""The commands of the pages exist, with their options, also those that no test runs; the Python compiles.

``tests/pipeline/test_documented_runs.py`` runs the commands that can run here.
"""

import importlib.util
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from beam_pipeline.__main__ import COMMANDS
from beam_pipeline.__main__ import main as hyperphrase_main
from beam_pipeline.engines import dask_engine, engine
from beam_pipeline.terminal.command import Parser
from hyperphrase.errors import InputError
from tests.documented import ROOT, Command, calls, commands, read, unseen
from tests.documented_pages import FOUND, NOT_RUN, PAGES, reason_of, runs


class Parsed(Exception):  # noqa: N818 - it is no error
    """The options of a command have been parsed: (those left, the names of the parser's own)."""


@pytest.fixture
def parse(monkeypatch):
    """Return a checker of options: it fails if hyperphrase would not take them."""
    whole = Parser.parse_known_args

    def parse_known_args(self, args=None, namespace=None):
        raise Parsed(whole(self, args, namespace)[1], self.names())

    def check(arguments):
        monkeypatch.setattr(Parser, "parse_known_args", parse_known_args)
        try:
            assert hyperphrase_main(arguments) == 0
        except Parsed as parsed:
            monkeypatch.setattr(Parser, "parse_known_args", whole)
            rest, names = parsed.args
            if arguments[0] in ("run", "plan"):
                dask_engine.declare_options(rest)
                engine._check(rest, names)
            else:
                assert rest == []

    return check


@pytest.mark.parametrize("page", PAGES)
def test_the_options_of_all_other_commands_exist(page, parse):
    for command in FOUND[page]:
        if not runs(command):
            check_words(command, parse)


def check_words(command, parse):
    """Check what can be checked of a command that is not run: commands and options, modules, files and extras."""
    found = calls(command.text)
    if reason_of(command.text) == "stands for any command":
        return
    for each in found or ():
        if each.arguments[1:]:
            parse(each.arguments)
        else:  # the name of a command, in a text
            assert not each.arguments or each.arguments[0] in COMMANDS, command
    words = [] if found else shlex.split(command.text.replace("\\\n", " "), comments=True)
    if "--" in words:  # what follows is for the program
        parse(["run", *words[words.index("--") + 1 :]])
        words = words[: words.index("--")]
    for word in words:
        assert not missing(word, command.page), f"{command}: {word} does not exist"
    if source := source_of(words):
        options = [word.partition("=")[0] for word in words if word.startswith("--") and word != "--help"]
        unknown = [option for option in options if not re.search(rf"{option}\b", source)]
        assert not unknown or re.search(rf"{unknown[0]}\b", help_of(words)), f"{command}: {unknown[0]}"


def missing(word, page):
    """Tell whether a word names an extra of the package, or a file of the checkout, that does not exist.

    It may be one that the page tells to write.
    """
    if re.match(r"(templates|examples|tests|benchmarks|hyperphrase|hp)/|constraints\.txt$", word):
        return not (ROOT / word).exists() and f"`{word}`" not in read(page)
    extras = re.match(r"(?:hyperphrase|\.)\[([\w,-]+)\]$", word)
    known = tomllib.loads(read("pyproject.toml"))["project"]["optional-dependencies"]
    return extras is not None and not set(extras[1].split(",")) <= set(known)


def source_of(words):
    """Return the source of all that stands beside the module, program or script that is called; None for others'."""
    if re.match(r"python -m (benchmarks|evidence|tools|tests|beam_pipeline)\b", " ".join(words)):
        spec = importlib.util.find_spec(words[2])
        assert spec, words[2]
        paths = Path(spec.origin).parent.glob("*.py")
    elif files := [word for word in words[:2] if re.match(r"(examples|tests|templates)/", word)]:
        paths = (ROOT / files[0]).parent.glob(f"*{Path(files[0]).suffix}")
    else:
        return None
    return "".join(path.read_text(encoding="utf-8") for path in paths)


def help_of(words):
    """Return the help of a module."""
    line = [sys.executable, *words[1:3], "--help"]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False).stdout


ALL = [command for found in FOUND.values() for command in found]


def test_all_that_is_not_run_is_there():
    unused = [pattern for pattern in NOT_RUN if not any(re.match(pattern, each.text) for each in ALL)]
    assert unused == []


def test_the_pages_have_commands():
    """A change of the pages' form must not hide them."""
    assert [line for page in PAGES for line in unseen(read(page))] == []
    assert len([each for each in ALL if each.place == "block" and runs(each)]) > 50
    assert {page for page in PAGES if any(each.place == "block" for each in FOUND[page])} > {
        "README.md", "docs/tutorial.md", "docs/commands.md", "docs/text.md", "docs/dictionary.md", "docs/report.md",
    }  # fmt: skip


PAGE = """
# A page, `hyperphrase laws zipf` in its text

```sh
# what a corpus takes
hyperphrase run --phrases=1000000 \\
    --output=out   # a comment
hyperphrase verify out && hyperphrase inspect out > "a file"
cat > words.txt <<'END'
hyperphrase is no command here
END
python -c "
print(1)"
```

```text
hyperphrase: this is printed
```

| `hyperphrase tokens book.txt` | x |
|---|---|
| `hyperphrase space --json` | `--json`, `python`, or `hyperphrase rank 5` |

```
hyperphrase compile
```

```
hyperphrase is
a program that prints this
```
"""


def test_commands_are_found():
    assert [(each.line, each.text, each.place) for each in commands("page", PAGE)] == [
        (2, "hyperphrase laws zipf", "text"),
        (6, "hyperphrase run --phrases=1000000 \\\n    --output=out   # a comment", "block"),
        (8, 'hyperphrase verify out && hyperphrase inspect out > "a file"', "block"),
        (9, "cat > words.txt <<'END'\nhyperphrase is no command here\nEND", "block"),
        (12, 'python -c "\nprint(1)"', "block"),
        (20, "hyperphrase tokens book.txt", "text"),
        (22, "hyperphrase space --json", "table"),
        (22, "hyperphrase rank 5", "text"),
        (25, "hyperphrase compile", "block"),
    ]


def test_commands_that_would_be_passed_over_are_found():
    hidden = PAGE.replace(
        "```text\nhyperphrase: this is printed", "```text\n$ hyperphrase laws\nhyperphrase run --phrases=5"
    )
    assert (unseen(PAGE), unseen(hidden)) == ([], ["$ hyperphrase laws", "hyperphrase run --phrases=5"])


def test_calls_of_the_program_are_told_from_what_takes_a_shell():
    assert calls("hyperphrase run --a=1 \\\n --b='x y' # c") == [(["run", "--a=1", "--b=x y"], None, None)]
    assert calls("hyperphrase verify out && hyperphrase encode < a > 'b c'") == [
        (["verify", "out"], None, None), (["encode"], "a", "b c"),
    ]  # fmt: skip
    assert calls("./run.sh --seeds=0:5") == calls("python -m beam_pipeline.run --seeds=0:5") == [
        (["run", "--seeds=0:5"], None, None)
    ]  # fmt: skip
    assert "--output=out" in calls("./run.sh")[0].arguments
    for text in ("hyperphrase a | cat", "hyperphrase a || true", "ls", "./run.sh test", "hyperphrase a && ls"):
        assert calls(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "hyperphrase run --phrases=5 --outputs=out",
        "hyperphrase run --runner=DataflowRunner --prject=x",
        "hyperphrase verify --head=5 out",
        "hyperphrase reports out",
        "templates/flink/submit.sh --parallelism=8 -- --phrasis=5",
        "templates/flink/submit.sh --parallel=8",
        "python -m benchmarks.nothing",
        "python -m benchmarks.startup --no_such_option",
        "python examples/nothing.py",
        "pip install 'hyperphrase[nothing]'",
    ],
)
def test_a_command_that_is_wrong_is_seen_without_running_it(text, parse):
    wrong = Command("README.md", 1, text, "block")
    with pytest.raises((AssertionError, InputError)):
        check_words(wrong, parse)
