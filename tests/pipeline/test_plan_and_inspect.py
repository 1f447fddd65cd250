"""plan says what a run gives before it is started; inspect shows what it gave."""

import json
import re

import pytest

LAW = ["--vocabulary=1000", "--sampler=zipf:s=1.0", "--lengths=uniform:min=10,max=60"]
ALL = ["--format=tfrecord,avro,parquet,jsonl,txt"]
UNITS = {"bytes": 1, "B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}


def rows_of(text):
    """Return {first cell: rest of the line} of a table."""
    return dict(re.split(r"\s{2,}", line, maxsplit=1) for line in text.splitlines() if "  " in line)


def size_of(text):
    number, unit = text.split()
    return float(number) * UNITS[unit]


def sizes_of(text):
    """Return {(format, compression): bytes} of plan's table of formats."""
    pattern = re.compile(r"^(\w+)  +(\w+)  +([0-9.]+ \w+)  ", re.MULTILINE)
    return {(found[1], found[2]): size_of(found[3]) for found in pattern.finditer(text)}


@pytest.mark.parametrize("text", ["symbols", "words"])
@pytest.mark.parametrize("compressions", ["none,none,none,none,none", "gzip,deflate,zstandard,gzip,gzip"])
def test_the_bytes_of_each_format_are_within_3_percent(program, corpus, manifest_of, text, compressions):
    arguments = [*LAW, *ALL, f"--compression={compressions}", f"--text={text}", "--phrases=20000"]
    planned = sizes_of(program("plan", *arguments, "--quick").out)
    manifest = manifest_of(corpus(*arguments))
    for output in manifest.outputs:
        shards = [shard for shard in manifest.shards if shard.name.endswith("." + output.extension)]
        real = sum(shard.bytes for shard in shards)
        assert abs(planned[output.format, output.compression] / real - 1) < 0.03


def test_phrases_shards_and_recipe_are_those_of_the_run(program, corpus, manifest_of):
    arguments = [*LAW, "--phrases=20000", "--phrases_per_shard=3000", "--key=11"]
    plan, manifest = rows_of(program("plan", *arguments, "--quick").out), manifest_of(corpus(*arguments))
    assert plan["phrases"] == "20,000"
    assert plan["shards"].startswith(f"{len(manifest.shards)} of 3,000 seeds")
    assert plan["recipe digest"] == manifest.recipe.digest
    assert f"{manifest.drawn:,} to draw" in plan["seeds"]


@pytest.mark.parametrize(
    "law",
    [
        ["--vocabulary=20", "--sampler=zipf:s=1.0", "--lengths=uniform:min=1,max=6"],
        ["--vocabulary=5", "--sampler=uniform", "--lengths=uniform:min=1,max=4"],
    ],
    ids=" ".join,
)
def test_expected_duplicates_are_near_the_real_ones(program, corpus, manifest_of, law):
    arguments = [*law, "--seeds=0:8000", "--format=none"]
    plan, manifest = rows_of(program("plan", *arguments, "--quick").out), manifest_of(corpus(*arguments))
    expected = float(plan["phrases"].removesuffix(" expected").replace(",", ""))
    assert abs(expected - manifest.kept) < 6 * manifest.kept**0.5
    assert plan["phrases"].endswith(" expected")


def test_plan_needs_no_output_and_writes_nothing(program, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    outcome = program("plan", *LAW, "--phrases=10000000000", "--quick")
    assert (outcome.status, outcome.error) == (0, "")
    assert program("plan", *LAW, "--phrases=1000", "--output=out", "--quick").status == 0
    assert list(tmp_path.iterdir()) == []


def test_plan_refuses_what_the_space_does_not_hold(program):
    five = ["--sampler=uniform", "--vocabulary=5", "--lengths=uniform:min=1,max=4"]
    assert program("plan", *five, "--phrases=780", "--quick").status == 0
    refused = program("plan", *five, "--phrases=781")
    assert (refused.status, refused.out) == (2, "")
    assert "the space has 780 phrases" in refused.error


@pytest.fixture(scope="module")
def costed(program):
    """Plan with machines, once: this one, and a fleet for 10^12 phrases."""
    here = program("plan", *LAW, "--phrases=20000", "--phrases_per_shard=3000", "--machine=this")
    fleet = ["--workers=100", "--machine=c3-highcpu-22", "--prices=machine_hour=2", "--output=gs://bucket/out"]
    return {"here": here, "fleet": program("plan", *LAW, "--phrases=1000000000000", *fleet)}


def test_the_shuffle_that_is_planned_is_that_of_the_run(program, costed, tmp_path, monkeypatch):
    """Counted where buckets are compared: their keys, their sizes, and the runs that they come in."""
    from transforms import find_duplicates

    compared = []

    def counted(phrases, parts, dedup):
        compared.append([len(keys) // 8 for _, keys in parts])
        return original(phrases, parts, dedup)

    original = find_duplicates.duplicates_in_bucket
    monkeypatch.setattr(find_duplicates, "duplicates_in_bucket", counted)
    arguments = [*LAW, "--phrases=20000", "--phrases_per_shard=3000"]
    assert program("run", *arguments, f"--output={tmp_path}/out", "--quiet").status == 0
    rows = rows_of(costed["here"].out)
    keys, largest = sum(map(sum, compared)), max(map(sum, compared))
    assert rows["keys"].startswith(f"{keys:,} of 8 bytes")
    assert rows["buckets"].startswith(f"{len(compared)} of {keys // len(compared):,} keys, the largest ")
    assert abs(int(rows["buckets"].rpartition(" ")[2].replace(",", "")) / largest - 1) < 0.05
    assert rows["elements"].startswith(f"{sum(map(len, compared)):,} runs of ")


def test_the_phases_and_what_they_take_here(costed):
    assert (0, "") == (costed["here"].status, costed["here"].error)
    rows = rows_of(costed["here"].out)
    assert float(rows["total"].split()[0].replace(",", "")) > 0
    assert ["7", "16", "7"] == [rows[name].split()[-1] for name in ("fingerprint", "compare", "write")]
    assert rows["shard files"].startswith("7 of ")
    assert rows["memory per machine"].startswith("at most ")
    assert "requests" not in rows  # nothing goes to an object store
    assert "note:" not in costed["here"].out


def test_a_trillion_phrases_on_a_fleet(costed):
    assert (0, "") == (costed["fleet"].status, costed["fleet"].error)
    rows, notes = rows_of(costed["fleet"].out), costed["fleet"].out.partition("note: ")[2]
    assert rows["machines"].startswith("100 of c3-highcpu-22: 22 cores, 44.0 GiB, 23 Gbit/s")
    assert rows["shard files"].startswith("3,814,698 of ")
    assert "writes (class A)" in rows["requests"]
    assert rows["cost"].startswith("machines ")
    assert "--phrases_per_shard=16777216 makes 59,605" in notes
    assert "shards.npy beside the manifest" in notes


def test_planning_with_machines_leaves_nothing(program, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    outcome = program("plan", *LAW, "--phrases=100", "--format=none", "--machine=this", f"--output={tmp_path}/out")
    assert (0, "") == (outcome.status, outcome.error)
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("law", ["permutation", "exhaustive"])
def test_laws_that_repeat_nothing_have_no_first_pass(program, law):
    rows = rows_of(program("plan", "--vocabulary=1000", f"--sampler={law}", "--phrases=500", "--workers=2").out)
    assert "write" in rows
    assert not {"keys", "buckets", "fingerprint", "compare"} & set(rows)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--workers=0", "give a whole number from 1 to 100000"),
        ("--workers=", "give a whole number from 1 to 100000"),
        ("--workers=1.5", "give a whole number from 1 to 100000"),
        ("--machine=n2-standard-5", "there is no such machine; give this, n2-standard-4, "),
        ("--machine=cores=0,memory=4,network=1", "give a whole number of cores, GiB of memory and Gbit/s"),
        ("--prices=gold=1", "'gold' is not one of machine_hour, "),
        ("--prices=gb_month=much", "'much' is not a price, a number from 0 on"),
    ],
)
def test_wrong_machines_and_prices_are_refused(program, option, said):
    outcome = program("plan", *LAW, "--phrases=100", option)
    assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    assert outcome.error.startswith(f"hyperphrase plan: {option}: {said}")


@pytest.mark.parametrize("command", ["plan", "run"])
def test_more_shards_than_have_numbers_are_refused(program, tmp_path, command):
    many = ["--seeds=0:1000000000000", "--phrases_per_shard=100", f"--output={tmp_path}/out"]
    outcome = program(command, *LAW, *many)
    assert (2, "", 1) == (outcome.status, outcome.out, outcome.error.count("\n"))
    assert "--phrases_per_shard=100: makes 10000000000 shards" in outcome.error
    assert "makes 10000000000 shards of each format, more than 4294967295; give 233 or more" in outcome.error
    assert [] == list(tmp_path.iterdir())


def test_run_takes_no_machines(program):
    assert 2 == program("run", *LAW, "--phrases=100", "--output=out", "--machine=this").status
    assert "--prices" in program("plan", "--help").out


@pytest.fixture(scope="module")
def shown(corpus):
    return corpus(*LAW[:1], "--sampler=zipf:s=1.0", "--lengths=uniform:min=1,max=3", "--seeds=50:2050", *ALL)


def jsonl_of(out):
    (path,) = (out / "shards").glob("*.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_inspect_tells_the_manifest(program, shown, manifest_of):
    outcome, manifest = program("inspect", shown), manifest_of(shown)
    rows = rows_of(outcome.out)
    assert (outcome.status, outcome.error) == (0, "")
    assert rows["recipe digest"] == manifest.recipe.digest
    assert rows["phrases"] == f"2,000 drawn = {manifest.kept:,} kept + {manifest.dropped.count:,} dropped"
    assert outcome.out.count("1 of ") == 5


@pytest.mark.parametrize("count", [1, 7, 10_000])
def test_head_shows_the_first_phrases_of_the_shards(program, shown, lexicon_of, count):
    outcome, records, lexicon = program("inspect", shown, f"--head={count}"), jsonl_of(shown)[:count], lexicon_of(shown)
    lines = outcome.out.splitlines()
    assert outcome.status == 0
    assert len(lines) == 3 * len(records)
    for record, head, symbols, words in zip(records, lines[::3], lines[1::3], lines[2::3], strict=True):
        ids = [lexicon.symbols.index(symbol) for symbol in record["text"]]
        assert head == f"seed {record['seed']}, {len(ids)} symbols"
        assert symbols == "  " + record["text"]
        assert words == "  " + " ".join(lexicon.words[i] for i in ids)


def test_a_seed_shows_its_phrase_and_whether_it_is_in_the_corpus(program, shown, manifest_of, drawn_of):
    kept = {record["seed"]: record["text"] for record in jsonl_of(shown)}
    dropped = next(phrase for phrase in drawn_of(shown) if phrase.seed not in kept)
    seed, text = next(iter(kept.items()))
    outcome = program("inspect", shown, f"--seed={seed}")
    assert outcome.out.splitlines()[:2] == [f"seed {seed}, {len(text)} symbols, in the corpus", f"  {text}"]
    again = program("inspect", shown, f"--seed={dropped.seed}").out
    assert "not in the corpus: an earlier seed gives the same phrase" in again
    assert again.splitlines()[1].strip() in kept.values()
    assert "not in the corpus: outside its seeds" in program("inspect", shown, "--seed=2050").out
    assert program("inspect", shown, f"--seed={2**63 - 1}").status == 0


@pytest.mark.parametrize("option", ["--head=0", "--head=-1", "--head=x", "--head=10001", "--seed=-1", "--seed=x"])
def test_wrong_numbers_are_refused(program, shown, option):
    outcome = program("inspect", shown, option)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.error.startswith(f"hyperphrase inspect: {option}: give a whole number from ")


def test_inspect_of_a_damaged_manifest_fails(program, copied):
    out = copied(*LAW, "--phrases=100")
    (out / "manifest.json").write_bytes((out / "manifest.json").read_bytes().replace(b'"kept": 100', b'"kept": 101'))
    outcome = program("inspect", out)
    assert (outcome.status, outcome.out, outcome.error.count("\n")) == (1, "", 1)


def test_inspect_shows_nothing_of_an_empty_corpus(program, corpus, manifest_of):
    """Every seed of a range can be dropped by none but itself, so an empty corpus cannot be made; one phrase can."""
    out = corpus("--vocabulary=2", "--sampler=zipf:s=10", "--lengths=fixed:length=1", "--seeds=0:3")
    assert manifest_of(out).kept == 1
    assert program("inspect", out, "--head=5").out.startswith("seed 0, 1 symbols\n")
