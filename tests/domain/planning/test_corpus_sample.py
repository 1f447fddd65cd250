"""The phrases that files are measured on are phrases of the corpus, spread over it, and none is taken twice."""

import itertools

import numpy as np
import pytest

from hyperphrase import Lexicon, Phrases, Recipe
from hyperphrase.corpus.request import CorpusRequest, outputs_of
from hyperphrase.planning.compressibility import one_byte
from hyperphrase.planning.corpus_sample import GROUPS, sample_of
from hyperphrase.planning.expected_corpus import ExpectedCorpus
from hyperphrase.planning.job import prepare_job
from hyperphrase.planning.stored_bytes import bytes_of
from hyperphrase.planning.virtual_size import virtual_size

LEXICON = Lexicon.load("synthetic", vocabulary=1000)


def expected_of(law="zipf:s=1.0", lengths="uniform:min=50,max=150", lexicon=LEXICON, **request):
    recipe = Recipe.create(law, lengths=lengths, lexicon=lexicon)
    job = prepare_job(lexicon, Phrases(recipe, lexicon), CorpusRequest.create(recipe, **request))
    return ExpectedCorpus(job)


def seeds_of(sample):
    return np.concatenate([block.seeds for group in sample.groups for block in group.shards])


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        ({"phrases": 3000, "first_seed": 70}, "whole"),
        ({"phrases": 100_000, "first_seed": 70, "phrases_per_shard": 900}, "shards"),
        ({"phrases": 100_000, "first_seed": 70, "phrases_per_shard": 2}, "shards"),
        ({"phrases": 100_000, "first_seed": 70}, "runs"),
        ({"phrases": 10**15, "first_seed": 70}, "runs"),
    ],
)
def test_a_sample_is_part_of_the_corpus_and_spread_over_it(request_, kind):
    expected = expected_of(**request_)
    sample, request = sample_of(expected), expected.job.request
    seeds = seeds_of(sample)
    assert kind == sample.kind
    assert len(np.unique(seeds)) == len(seeds) == sample.phrases
    assert request.first_seed <= seeds.min() <= seeds.max() < request.stop_seed
    if kind == "whole":
        assert np.arange(70, 3070).tolist() == seeds.tolist()
        return
    assert GROUPS == len(sample.groups)
    assert 1 == len({group.phrases for group in sample.groups})
    middle = [float(group.shards[0].seeds.mean()) - 70 for group in sample.groups]
    gaps = np.diff(middle) / (request.stop_seed - request.first_seed)
    assert gaps == pytest.approx(1 / GROUPS, rel=0.15)
    for group in sample.groups:
        for block in group.shards:
            if kind == "shards":
                assert (0, request.phrases_per_shard) == (
                    (int(block.seeds[0]) - 70) % request.phrases_per_shard,
                    len(block),
                )
            elif group.lead is not None and len(group.lead):
                assert int(group.lead.seeds[-1]) + 1 == int(block.seeds[0])


def test_leads_are_of_all_sizes():
    leads = sorted(len(group.lead.ids) for group in sample_of(expected_of(phrases=10**6)).groups)
    assert leads[0] < 15_000
    assert leads[-1] > 240_000
    assert max(np.diff(leads)) < 30_000


def test_a_repeating_corpus_is_taken_without_its_repetitions():
    expected = expected_of(lengths="uniform:min=1,max=2", phrases=20_000)
    sample = sample_of(expected)
    found = {tuple(phrase.ids) for group in sample.groups for block in group.shards for phrase in block}
    assert 20_000 == sample.phrases == len(found)
    assert expected.lengths[1] < expected.job.space.lengths[1] / 5  # only 1,000 phrases have one symbol
    assert expected.mean_length == pytest.approx(sample.symbols / 20_000, rel=0.002)


@pytest.mark.parametrize("formats", ["avro", "parquet", "megatron"])
def test_kinds_of_samples_agree_on_the_same_corpus(formats):
    """Groups of shards, or runs behind leads, against all of it: within three times the half interval."""
    for per_shard in (1000, 1 << 18):
        expected = expected_of(phrases=45_000, phrases_per_shard=per_shard)
        found = bytes_of(expected, sample_of(expected), outputs_of(formats))
        real = sum(
            bytes_of(part, sample_of(part), outputs_of(formats)).value
            for part in (
                expected_of(seeds=(i, min(i + 30_000, 45_000)), phrases_per_shard=per_shard) for i in (0, 30_000)
            )
        )
        assert found.low < found.value < found.high
        assert abs(real / found.value - 1) < 0.004  # two files instead of one have a few bytes more


def test_one_byte_is_told_by_the_entropy():
    narrow, wide = (Lexicon.load("synthetic", vocabulary=size) for size in (200, 1000))
    found = [one_byte(expected_of("uniform", lexicon=lexicon, phrases=2000), 2e5, False) for lexicon in (narrow, wide)]
    assert [(True, 200), (False, 256)] == [(each.possible, each.largest_vocabulary) for each in found]
    assert [1.0, pytest.approx(10 / 8)] == [each.codes[0].bytes_a_symbol for each in found]
    assert 2e5 == found[0].codes[0].bytes  # 8 bits are 8 bits in any sample
    for each in found:
        assert each.best.bytes_a_symbol < each.information * 1.001
        assert each.best.bytes == pytest.approx(each.best.times_floor * each.bits_a_symbol / 8 * 2e5)


def test_codes_are_trained_on_other_phrases_than_they_code():
    expected = expected_of(phrases=30_000)
    codes = {code.code: code for code in one_byte(expected, 3e6, True).codes}
    (apart,) = (code for name, code in codes.items() if "each phrase by itself" in name)
    (together,) = (code for name, code in codes.items() if "phrases at once" in name)
    assert 1.0 < together.times_floor <= apart.times_floor < codes["variable-length integers"].times_floor


def test_a_manifest_grows_with_dropped_seeds_until_they_have_a_file():
    sizes = [virtual_size(expected_of("zipf:s=1.0", "fixed:length=2", seeds=(0, n))) for n in (300, 3000, 30_000)]
    for small, large in itertools.pairwise(sizes):
        assert small.dropped < large.dropped
        assert small.bytes < large.bytes
    assert [0.0, 0.0] == [size.dropped_bytes for size in sizes[:2]]
    assert 8 * sizes[2].dropped == sizes[2].dropped_bytes > 8000
