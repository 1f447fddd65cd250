"""Law 4: histogram, manifest, shards, summary and report tell the same numbers."""

import csv
import json
import re

import fastavro


def test_every_number_is_told_alike_everywhere(tmp_path, run_into, manifest_of, shards_of, program):
    out = tmp_path / "out"
    law = ["--vocabulary=50", "--sampler=zipf:s=1.0", "--lengths=uniform:min=1,max=6", "--seeds=100:3100"]
    summary = run_into(out, *law, "--phrases_per_shard=450", "--format=avro,jsonl").out
    raw = json.loads((out / "manifest.json").read_text())
    records = []
    for path in shards_of(out, "avro"):
        with path.open("rb") as stream:
            records += list(fastavro.reader(stream))
    lines = [json.loads(line) for path in shards_of(out, "jsonl") for line in path.read_text().splitlines()]
    with (out / "statistics/length_histogram.csv").open(newline="") as stream:
        histogram = {row["length"]: int(row["phrases"]) for row in csv.DictReader(stream)}
    with (out / "statistics/symbol_ranks.csv").open(newline="") as stream:
        ranks = sum(int(row["symbols"]) for row in csv.DictReader(stream))
    kept, symbols = len(records), sum(len(record["ids"]) for record in records)
    assert 0 < kept < 3000
    assert (kept, kept, kept) == (raw["kept"], sum(histogram.values()), len(lines))
    assert (symbols, symbols, symbols) == (raw["symbols"], ranks, sum(len(line["text"]) for line in lines))
    assert (raw["drawn"], raw["dropped"]) == (3000, 3000 - kept)
    assert raw["length_histogram"] == histogram == json.loads((out / "statistics/length_histogram.json").read_text())
    assert raw["bytes"] == sum(path.stat().st_size for path in (out / "shards").iterdir())
    assert [record["seed"] for record in records] == [line["seed"] for line in lines]
    assert f"3,000 drawn = {kept:,} kept + {3000 - kept:,} dropped; {symbols:,} symbols" in summary
    assert f"{kept:,} kept" in program("inspect", out).out
    assert f"{kept:,} distinct phrases, {symbols:,} symbols, 14 shards" in program("verify", out).out
    assert re.search(rf"\b{kept:,}\b", (out / "report.html").read_text())


def test_the_manifest_alone_has_the_lengths_of_the_shards(corpus, manifest_of):
    law = ["--vocabulary=50", "--lengths=uniform:min=1,max=6", "--seeds=100:3100", "--phrases_per_shard=450"]
    alone, with_shards = corpus(*law, "--format=none"), corpus(*law, "--format=txt")
    assert manifest_of(with_shards).length_histogram == manifest_of(alone).length_histogram
    assert manifest_of(with_shards).dropped == manifest_of(alone).dropped
    assert ["length_histogram.csv", "length_histogram.json"] == sorted(p.name for p in (alone / "statistics").iterdir())


def test_a_histogram_can_be_fed_back(corpus, manifest_of):
    law = ["--vocabulary=50", "--sampler=uniform", "--seeds=0:1000", "--format=none"]
    first = corpus(*law, "--lengths=lognormal:min=1,max=60,mu=2.5")
    again = corpus(*law, f"--lengths=empirical:file={first}/statistics/length_histogram.csv")
    json_too = corpus(*law, f"--lengths=empirical:file={first}/statistics/length_histogram.json")
    assert set(manifest_of(again).length_histogram) <= set(manifest_of(first).length_histogram)
    assert manifest_of(again).recipe == manifest_of(json_too).recipe
