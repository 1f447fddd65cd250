"""laws tells what run accepts, in words and numbers; presets stand for the options that they name."""

import pytest

from hyperphrase.laws.lengths import LENGTH_LAWS
from hyperphrase.laws.presets import PRESETS
from hyperphrase.laws.registry import SYMBOL_LAWS


def columns(text):
    """Return the first word of every line that begins a row."""
    return [line.split()[0] for line in text.splitlines() if line.startswith("  ") and line[2] != " "]


def test_the_list_has_every_law_and_preset(program):
    outcome = program("laws")
    assert (outcome.status, outcome.error) == (0, "")
    assert [*sorted(SYMBOL_LAWS), *sorted(LENGTH_LAWS), *PRESETS] == columns(outcome.out)


@pytest.mark.parametrize("name", SYMBOL_LAWS)
def test_a_law_tells_its_parameters_and_its_source(program, name):
    law, text = SYMBOL_LAWS[name], " ".join(program("laws", name).out.split())
    assert text.startswith(f"--sampler={name}: {' '.join(law.summary.split())}")
    assert [] == [part for part in law.parameters().values() if part not in text]
    assert f"source: {law.source}" in text
    assert "`" not in text
    assert law.injective == ("injective" in text.rpartition("source: ")[2])
    assert [] == [p.name for p in PRESETS.values() if p.law.split(":")[0] == name and p.name not in text]


@pytest.mark.parametrize("name", LENGTH_LAWS)
def test_a_length_law_tells_its_parameters(program, name):
    outcome = program("laws", name)
    assert outcome.status == 0
    assert f"--lengths={name}: {LENGTH_LAWS[name].summary}" in outcome.out


def test_a_law_and_a_length_law_of_one_name_are_both_told(program):
    text = program("laws", "uniform").out
    assert "--sampler=uniform" in text
    assert "--lengths=uniform" in text


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_tells_what_it_stands_for(program, name):
    preset, text = PRESETS[name], " ".join(program("laws", name).out.split())
    assert text.startswith(f"--preset={name}: {preset.source} ")
    assert f" lengths {preset.lengths} " in text
    assert text.endswith(preset.note)


@pytest.mark.parametrize("arguments", [["zopf"], ["zipf", "uniform"], ["--all"]])
def test_what_is_no_law_is_refused_in_one_line(program, arguments):
    outcome = program("laws", *arguments)
    assert (outcome.status, outcome.out, outcome.error.count("\n")) == (2, "", 1)


def planned(program, *arguments):
    """Return the first rows of a plan: digest, law, lengths, lexicon."""
    outcome = program("plan", "--seeds=0:10", "--quick", *arguments)
    assert (outcome.status, outcome.error) == (0, "")
    lines = outcome.out.splitlines()
    first = lines.index("What it is") + 1
    return lines[first : first + 4]


def test_a_preset_is_its_options(program):
    assert planned(program, "--sampler=uniform", "--lengths=fixed:length=256", "--vocabulary=29990") == planned(
        program, "--preset=uniform-boldt2024"
    )


@pytest.mark.parametrize(
    ("preset", "options", "shown"),
    [
        ("uniform-boldt2024", ["--vocabulary=500"], ["uniform", "fixed:length=256", "english, 500 hyperwords"]),
        ("uniform-boldt2024", ["--sampler=zipf:s=2"], ["zipf:s=2.0", "fixed:length=256", "english, 29,990"]),
        ("uniform-boldt2024", ["--lengths=fixed:length=9"], ["uniform", "fixed:length=9", "english, 29,990"]),
        ("eca-zhang2024", ["--lengths=fixed:length=9"], ["eca:rule=110", "fixed:length=9", "english, 1,024"]),
        ("eca-zhang2024", ["--vocabulary=1024"], ["eca:rule=110", "fixed:length=600", "english, 1,024"]),
        ("eca-zhang2024", ["--sampler=eca:patch=2"], ["eca:rule=110", "fixed:length=600", "english, 4"]),
    ],
)
def test_what_is_given_beside_a_preset_counts(program, preset, options, shown):
    rows = planned(program, f"--preset={preset}", *options)[1:]
    assert [] == [part for part, row in zip(shown, rows, strict=True) if part not in row]
