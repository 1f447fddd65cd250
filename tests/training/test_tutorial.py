"""The programs of the tutorials run as they stand, for fewer steps, on fewer phrases or seeds."""

import re
from pathlib import Path

from PIL import Image

import hyperphrase as hp
from tests.training.small import PAGE


def program_of(page, name):
    """Return the program that a page writes into a file."""
    text = PAGE.with_name(page).read_text(encoding="utf-8")
    (program,) = re.findall(rf"^cat > {name} <<'END'\n(.*?)^END$", text, re.MULTILINE | re.DOTALL)
    return program


def test_the_program_of_the_tutorial_trains_and_writes(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    lexicon = hp.Lexicon.load("english:stop=true", vocabulary=2000)
    recipe = hp.Recipe.create("zipf:s=1.0", lengths="uniform:min=10,max=30", lexicon=lexicon)
    hp.make_corpus(recipe, lexicon, "scenes", phrases=200, formats=[])
    exec(program_of("tutorial.md", "train.py").replace("step == 1000", "step == 2"), {})
    first, *written = capsys.readouterr().out.splitlines()
    assert first.startswith("step 1: loss 7.6")
    assert [30] * 5 == [len(line.split()) for line in written]


def test_the_program_of_the_first_figure_trains_and_draws(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    program = program_of("tutorial_evidence.md", "first_figure.py")
    for whole, less in ("range(3)", "range(1)"), ("steps=800", "steps=2"), ("budget=1000", "budget=2"):
        assert whole in program
        program = program.replace(whole, less)
    exec(program, {})
    shown = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"seed 0: \d% .*; steps to recall: 2 2 2", shown[0])
    assert len(shown) == 1
    with Image.open(Path("first_figure/figure.png")) as picture:
        assert picture.format == "PNG"
