"""README.ru.md names what there is: options, commands, laws, files."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from beam_pipeline.__main__ import COMMANDS, main
from hyperphrase.laws.registry import SYMBOL_LAWS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.ru.md").read_text(encoding="utf-8")


def options_of(command):
    """Return the options that the help of a command names."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        main([command, "--help"])
    return set(re.findall(r"--\w+", out.getvalue()))


@pytest.fixture(scope="module")
def known():
    return {command: options_of(command) for command in ("run", "plan", "inspect")}


def test_each_option_is_an_option_of_some_command(known):
    named = set(re.findall(r"--\w+", TEXT))
    assert len(named) > 15
    assert named - set().union(*known.values()) == set()


def test_an_option_that_there_is_not_is_found(known):
    assert {"--phrase"} == {"--phrase", "--phrases"} - known["run"]


def test_each_command_line_has_options_of_its_command(known):
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL))
    lines = re.findall(r"^hyperphrase (\w+) ([^#\n]*)", blocks, re.MULTILINE)
    assert len(lines) > 6
    for command, rest in lines:
        assert command in COMMANDS
        assert set(re.findall(r"--\w+", rest)) <= known.get(command, set())


def test_each_link_leads_somewhere():
    links = re.findall(r"\]\(([^)#]+)", TEXT)
    assert len(links) > 15
    assert [link for link in links if not link.startswith("https://") and not (ROOT / link).exists()] == []


@pytest.mark.slow
def test_the_scenes_are_those_that_the_commands_show(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    [block] = re.findall(r"```sh\n(hyperphrase run --preset=scene-russian.*?)```", TEXT, re.DOTALL)
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        statuses = [main(line.split()[1:]) for line in block.splitlines()]
    assert [0, 0] == statuses
    [shown] = re.findall(r"```text\n(seed 0,.*?)```", TEXT, re.DOTALL)
    assert out.getvalue().endswith(shown)


def test_there_are_as_many_laws_as_it_says():
    assert re.search(r"всего законов (\d+)", TEXT)[1] == str(len(SYMBOL_LAWS))


def test_the_training_loop_is_that_of_the_english_pages():
    """tests/training runs those lines."""
    english = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")))
    [block] = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert [line for line in block.splitlines() if line.strip() and line not in english] == []
