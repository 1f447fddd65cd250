"""Laws whose seeds never give the same phrase twice: nothing is deduplicated, and the program says so."""

import pytest

LAWS = [
    ["--sampler=permutation", "--lengths=uniform:min=2,max=5", "--vocabulary=50"],
    ["--sampler=exhaustive", "--lengths=uniform:min=1,max=3", "--vocabulary=50"],
]


@pytest.mark.parametrize("law", LAWS, ids=" ".join)
def test_all_drawn_phrases_are_kept_and_distinct(tmp_path, run_into, manifest_of, distinct_of, program, law):
    out = tmp_path / "out"
    summary = run_into(out, *law, "--phrases=2000", "--phrases_per_shard=450", "--format=txt").out
    assert "2,000 drawn = 2,000 kept + 0 dropped (no two seeds give the same phrase); " in summary
    assert (2000, 2000, 0) == (manifest_of(out).drawn, manifest_of(out).kept, manifest_of(out).dropped.count)
    assert 2000 == len({phrase.ids for phrase in distinct_of(out)})
    assert 0 == program("verify", out).status


def test_the_whole_space_is_listed(corpus, manifest_of):
    law = ["--sampler=exhaustive", "--lengths=uniform:min=1,max=4", "--vocabulary=5", "--phrases=780", "--format=none"]
    assert {1: 5, 2: 25, 3: 125, 4: 625} == manifest_of(corpus(*law)).length_histogram
