"""The program of docs/tutorial.md runs as it stands, for fewer steps on fewer phrases."""

import re

import hyperphrase as hp
from tests.training.small import PAGE

TUTORIAL = PAGE.with_name("tutorial.md").read_text(encoding="utf-8")


def test_the_program_of_the_tutorial_trains_and_writes(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    lexicon = hp.Lexicon.load("english:stop=true", vocabulary=2000)
    recipe = hp.Recipe.create("zipf:s=1.0", lengths="uniform:min=10,max=30", lexicon=lexicon)
    hp.make_corpus(recipe, lexicon, "scenes", phrases=200, formats=[])
    (program,) = re.findall(r"^cat > train.py <<'END'\n(.*?)^END$", TUTORIAL, re.MULTILINE | re.DOTALL)
    exec(program.replace("step == 1000", "step == 2"), {})
    first, *written = capsys.readouterr().out.splitlines()
    assert first.startswith("step 1: loss 7.6")
    assert [30] * 5 == [len(line.split()) for line in written]
