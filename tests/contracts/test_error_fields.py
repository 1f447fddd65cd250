"""The domain names fields of its API, and knows no options; the command line knows an option for each field."""

import ast
import re
from pathlib import Path

import pytest

from beam_pipeline import fragments, inference, plan
from beam_pipeline.terminal.corpus_option import add_follow_links
from beam_pipeline.terminal.option_names import OPTIONS, error_line, with_options
from beam_pipeline.tokenizer import add_special_tokens
from hyperphrase.errors import CorruptError, InputError

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "hyperphrase").rglob("*.py"))
#: Of the API: OUT and WORDS of commands are arguments, and no command makes blocks, contexts for training or plots.
NO_OPTION = {
    "folder", "size", "source", "length", "packing", "tail", "state", "corpora", "weights", "form", "epochs",
    "num_shards", "start", "query", "count", "shown", "what", "path",
}  # fmt: skip
in_backticks = re.compile(r"(?<![`:])`([a-z_]+)(?:=[^`]*)?`(?!`)").findall


def texts_of(source):
    """Yield every text of a source, docstrings among them; what an f-string formats is ``{}``."""
    tree = ast.parse(source)
    inside = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside.update(map(id, ast.walk(node)))
            yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value


def options_in(source):
    return [text for text in texts_of(source) if re.search(r"--[a-zA-Z{]", text)]


def fields_in(source):
    """Return the fields that a source's errors and messages name."""
    found = {field for text in texts_of(source) for field in in_backticks(text)}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            given = [keyword.value for keyword in node.keywords if keyword.arg == "field" and name == "InputError"]
            given += node.args[:1] if name.endswith(".for_field") else []
            found |= {value.value for value in given if isinstance(value, ast.Constant)}
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_domain_names_no_option(path):
    assert options_in(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        '"""As in --lengths."""', 'f"--sampler={law}: x"', 'f"--{name}={law}"', 'x = "take " "--key=1"',
        'f(f"{a:-^9} --key")', "x = b'', '--a'",
    ],
)  # fmt: skip
def test_an_option_in_the_domain_is_found(source):
    assert len(options_in(source)) == 1


def test_dashes_that_are_no_option_are_left_alone():
    assert options_in('x = ["--", "-----", "a--", f"{b}--", "1--2"]  # --comment') == []


def test_every_field_that_errors_name_has_an_option_or_is_known_to_have_none():
    fields = {field for path in SOURCES for field in fields_in(path.read_text(encoding="utf-8"))}
    assert fields <= set(OPTIONS) | NO_OPTION
    assert {"law", "vocabulary", "alphabet", "phrases"} <= fields  # the search finds some


def test_a_field_without_an_option_is_found():
    source = 'raise InputError(f"x; take `nothing={y}`", field="none", value=1)\nraise e.for_field("never", 2)'
    assert {"nothing", "none", "never"} == fields_in(source)


def test_every_option_is_one_of_the_program():
    parser = plan.parser()
    add_follow_links(parser)
    add_special_tokens(parser)
    assert set(OPTIONS.values()) <= {*parser.names(), *fragments.parser().names(), *inference.parser().names()}


def test_an_error_is_told_in_options():
    error = InputError("has 3 words; take `alphabet=extended`, `law=zipf:s=1` or `first_seed`", field="law", value="x")
    assert "--sampler=x: has 3 words; take --alphabet=extended, --sampler=zipf:s=1 or --first_seed" == error_line(error)
    assert "--vocabulary: law=zipf is too few" == error_line(InputError("law=zipf is too few", field="vocabulary"))
    assert "out: holds no manifest" == error_line(InputError("holds no manifest", field="folder", value="out"))
    assert "out/law: law=1 is damaged" == error_line(CorruptError("out/law: law=1 is damaged"))


def test_what_is_no_field_stays_as_it_is():
    text = "uniform:min=1,max=9, key=value, `min=1`, ``law``, `lawless`"
    assert text == with_options(text)
