"""docs/calculation.md and README.ru.md say what benchmarks/results/calculation.json says, whichever way it points."""

import io
import json
import re
import tarfile

import pytest

from tools.calculation import measure, russian_wording, texts, wording
from tools.calculation.__main__ import DATA
from tools.calculation.inference import read_check
from tools.calculation.pages import PAGE, RUSSIAN, pages, wrapped


@pytest.fixture
def data():
    return json.loads(DATA.read_text(encoding="utf-8"))


def hopes(text):
    """Return what the first lines of a page say, by whether it holds."""
    found = re.search(r"this does not hold\.(.*?)(?:\n\n|$)", text, re.DOTALL)
    held = re.search(r"\nThis holds\.(.*?)\n\n", text, re.DOTALL)
    partly = re.search(r"\nThis holds in part\.(.*?)\n\n", text, re.DOTALL)
    return [re.sub(r"\s+", " ", part[1]) if part else "" for part in (found, partly, held)]


def verdict_of(text, row):
    """Return what the table of the Russian page says of a row."""
    return next(line.split("|")[2].strip() for line in text.splitlines() if line.startswith(f"| {row}"))


def test_the_pages_are_what_the_data_give(data):
    """``python -m tools.calculation --render`` makes them so."""
    for path, text in pages(data).items():
        assert text == path.read_text(encoding="utf-8")


def test_the_model_is_that_of_the_benchmark(data):
    assert read_check(measure.CHECK.read_text(encoding="utf-8")) == data["check"]


def test_each_command_of_the_data_is_on_the_page(data):
    text = re.sub(r"\s+", " ", pages(data)[PAGE])
    for kind in ("tokens", "inference"):
        assert [run["command"] for run in data["runs"][kind].values() if run["command"] not in text] == []


def test_measuring_runs_the_commands_of_the_data(data, monkeypatch):
    known = {run["command"]: run for runs in data["runs"].values() for run in runs.values()}
    monkeypatch.setattr(measure, "_run", lambda line, folder: known[f"hyperphrase {line}"])
    said = []
    found = measure.measured(None, None, data["prices"], said.append)
    people = ("union", "contexts", "llama-union", "llama-contexts")
    for kind, runs in data["runs"].items():
        assert {name: run for name, run in runs.items() if name not in people} == found["runs"][kind]
    assert len(said) == sum(map(len, found["runs"].values()))
    assert found.keys() == data.keys()


def test_texts_of_people_are_taken_from_their_archives(tmp_path):
    with tarfile.open(tmp_path / "texts.tar", "w") as archive:
        for name, text in (
            ("package/data/1790.json", json.dumps({"text": "Fellow citizens"})),
            ("package/data/1791.json", json.dumps({"text": "I meet you"})),
            ("package/lib/1790.json", "{}"),
            ("x/RNC/a.txt", "до \tслова\t после\t1\nзначение\t1\n\tбез начала\t.\t2\n"),
            ("x/other/b.txt", "до \tслова\t после\t1"),
        ):
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    texts.write_union_addresses(tmp_path / "texts.tar", tmp_path)
    texts.write_contexts(tmp_path / "texts.tar", tmp_path)
    assert "Fellow citizens\n\nI meet you" == (tmp_path / texts.UNION).read_text(encoding="utf-8")
    assert "до слова после" == (tmp_path / texts.CONTEXTS).read_text(encoding="utf-8")


def test_what_contradicts_the_hope_stands_in_the_first_paragraph(data):
    wrong, partly, right = hopes(pages(data)[PAGE])
    for hope in ("tokens, in English: no", "Less memory in inference", "A billion phrases in 10 to 100 GB"):
        assert hope in wrong + partly
        assert hope not in right
    assert pages(data)[PAGE].split("\n\n")[1].startswith("The hope was: 250,000 to 500,000 hyperwords")


def test_more_tokens_are_called_more(data):
    for each in data["runs"]["tokens"]["scene-english"]["facts"]["tokenizers"]:
        each["ratio"]["median"] = 0.5
    made = pages(data)
    assert "English scenes take 2.00 times more tokens than" in hopes(made[PAGE])[0]
    assert "сцены занимают токенов в 2,00 раза больше, чем" in made[RUSSIAN]


def test_a_hope_that_comes_true_is_said_to_hold(data):
    for name in ("scene-english", "union"):
        for each in data["runs"]["tokens"][name]["facts"]["tokenizers"]:
            each["ratio"]["median"] = 6.0
    made = pages(data)
    wrong, partly, right = hopes(made[PAGE])
    assert "Five to ten times fewer tokens, in English: yes" in right
    assert "in English" not in wrong + partly
    assert verdict_of(made[RUSSIAN], "токенов в 5–10 раз меньше, английский") == "да"


def test_the_direction_of_memory_and_work_is_that_of_the_data(data):
    assert re.search(r"takes \d+\.\d% more memory for one English text", hopes(pages(data)[PAGE])[0])
    model = data["runs"]["inference"]["llama-english"]["facts"]["models"][0]
    for use in model["hyperwords"]:
        use["weights"]["fp16"] = model["own"]["weights"]["fp16"] / 2
        use["text_flops"] = model["own"]["text_flops"] * 2
        use["break_even"]["batch"] = {"saves": "always", "at": None}
    made = pages(data)
    wrong, _, right = hopes(made[PAGE])
    assert "Less memory in inference" not in wrong
    assert re.search(r"takes \d+\.\d% less memory .* it takes less for any number of such texts", right)
    assert "100.0% more work" in right
    assert verdict_of(made[RUSSIAN], "меньше памяти при инференсе") == "да"


def test_bytes_that_fit_are_said_to_fit(data):
    for name, run in data["runs"]["plans"].items():
        for row in run["facts"]["bytes"]:
            row["bytes"] = 5e9 if name.endswith("-100000000") else 50e9
    wrong, _, right = hopes(pages(data)[PAGE])
    assert "A billion phrases in 10 to 100 GB: yes" in right
    assert "100 million phrases in 10 to 100 GB: no" in wrong  # they are too few bytes


def test_a_byte_a_symbol_is_enough_for_the_laws_that_it_is_enough_for(data):
    for run in data["runs"]["plans"].values():
        run["facts"]["one_byte"] |= {"possible": True, "bits_a_symbol": 7.0}
        run["facts"]["one_byte"]["best"]["bytes_a_symbol"] = 0.9
    right = hopes(pages(data)[PAGE])[2]
    assert "One symbol = one byte: yes, for all laws here" in right
    assert "more than the 8 of a byte" not in right


def test_a_page_without_texts_of_people_says_nothing_of_them(data):
    for name in ("union", "contexts"):
        del data["runs"]["tokens"][name]
        del data["runs"]["inference"][f"llama-{name}"]
    made = pages(data)
    assert "State of the Union" not in made[PAGE]
    assert "Национального корпуса" not in made[RUSSIAN]


@pytest.mark.parametrize(
    ("ratios", "english", "russian"),
    [
        ((7.56, 3.24, 1.81), "7.56, 3.24 and 1.81 times fewer", "в 7,56; 3,24 и 1,81 раза меньше"),
        ((1.07, 1.07, 1.07), "1.07 times fewer", "в 1,07 раза меньше"),
        ((0.8, 0.5), "1.25 and 2.00 times more", "в 1,25 и 2,00 раза больше"),
        ((1.5, 0.5), "1.50 times fewer and 2.00 times more", "в 1,50 раза меньше и в 2,00 раза больше"),
        ((1.5, 1.001), "1.50 times fewer and as many", "в 1,50 раза меньше и столько же"),
        ((1.0,), "as many", "столько же"),
    ],
)
def test_ratios_in_words(ratios, english, russian):
    assert (english, russian) == (wording.all_fewer(ratios), russian_wording.russian_fewer(ratios))


@pytest.mark.parametrize(
    ("share", "english", "russian"),
    [
        (0.112, "11.2% more", "на 11,2% больше"),
        (-0.096, "9.6% less", "на 9,6% меньше"),
        (0.0004, "as much", "столько же"),
    ],
)
def test_differences_in_words(share, english, russian):
    assert (english, russian) == (wording.change(share), russian_wording.russian_change(share))


def test_numbers_in_words():
    assert "14% to 19% too short" == wording.spread([-0.14, -0.19, -0.15], "too long", "too short")
    assert "between 14% shorter and 5% longer" == wording.spread([-0.14, 0.05])
    assert ["3.4 hours", "1.0 seconds", "119.0 minutes"] == list(map(wording.duration, (12240, 1, 7140)))
    assert ["12,345", "147,000"] == list(map(wording.large, (12345, 146_812)))
    assert "1\u00a0234,50\u00a0ГБ" == russian_wording.russian_units("1,234.50 GB")
    assert "a" == wording.listed(["a"])


def test_lines_are_broken_and_tables_are_not():
    words, row = "word " * 40, f"| {'cell ' * 40}|"
    made = wrapped(f"# {words}\n\n{words}\n\n* {words}\n* b\n\n{row}\n\n```\n{words}\n```\n").split("\n")
    assert row in made
    assert [f"# {words}", words] == [line for line in made if len(line) > 120 and "|" not in line]
    assert "  word" in {line[:6] for line in made}
