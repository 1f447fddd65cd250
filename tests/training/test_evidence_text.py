"""English in the evidence: parts that share nothing, encodings that lose nothing, and code lengths that are right."""

import math

import pytest
import torch

from evidence import english
from evidence.decoder import Decoder, Shape
from evidence.encodings import english_encoding, english_ids
from evidence.english import code_length, english_alphabet, english_parts, text_batches
from evidence.equal_compute import Reader, training_flops
from evidence.experiments import Options
from evidence.experiments.hyperwords import BPE, HYPERWORDS
from evidence.experiments.language import LANGUAGE, MIXTURE, SCRATCH, SHUFFLED
from evidence.jobs import Job
from evidence.text import english_text

torch.set_num_threads(1)

TEXT = english_text()[: english_text().index(". ", 100_000) + 2]
UNSEEN = "Zyzzv, THE god's thee."
KINDS = [("characters", 0), ("bpe", 300), ("marked bpe", 300), ("hyperwords", 300)]
OPTIONS = Options(seeds=(0, 1), quick=True, fraction=0.01)


@pytest.fixture
def short_text(monkeypatch):
    """The first 100,000 characters, and the rest of a sentence, stand for the whole text."""
    for cached in (english_parts, english_encoding, english_ids):
        cached.cache_clear()
    monkeypatch.setattr(english, "english_text", lambda: TEXT)
    yield
    for cached in (english_parts, english_encoding, english_ids):
        cached.cache_clear()


def uniform_model(vocabulary, context=8):
    """A model that gives each id the same probability, whatever it reads."""
    model = Decoder(Shape(vocabulary, context, width=16), 0)
    torch.nn.init.zeros_(model.embedding.weight)
    return model


def test_parts_are_the_whole_text_and_are_cut_behind_sentences(short_text):
    parts = english_parts()
    assert len(parts.training) + len(parts.validation) + len(parts.test) == len(TEXT)
    assert 0.02 < len(parts.test) / len(TEXT) < 0.03
    for part in (parts.validation, parts.test):
        assert part[0].isupper()
        assert part.rstrip()[-1] in ".?!"
    blocks = [parts.test[i : i + 60] for i in range(0, len(parts.test) - 60, 60)]
    assert not any(block in parts.training or block in parts.validation for block in blocks)


@pytest.mark.parametrize(("kind", "size"), KINDS)
def test_an_encoding_made_from_the_training_part_gives_back_the_others(short_text, kind, size):
    encoding, parts = english_encoding(kind, size), english_parts()
    assert encoding.size == size or kind == "characters"
    for part in ("validation", "test"):
        ids = english_ids(kind, size, part).tolist()
        assert max(ids) < encoding.size
        assert encoding.decode(ids) == getattr(parts, part)
    assert encoding.decode(encoding.encode(UNSEEN)) == UNSEEN


def test_hyperwords_are_the_frequent_words_and_others_are_spelled(short_text):
    encoding = english_encoding("hyperwords", 300)
    assert len(encoding.encode("the")) == 1
    assert len(encoding.encode("the god")) == 2
    assert len(encoding.encode("The")) == 2
    assert len(encoding.encode("zyxwv")) == 5


@pytest.mark.parametrize("length", [1, 2, 8, 9, 10, 100, 300])
def test_the_code_of_a_uniform_model_has_the_same_length_for_every_id(length):
    ids = torch.arange(length) % 5
    assert code_length(uniform_model(5), ids, 8) == pytest.approx(length * math.log(5), rel=1e-6)


def test_the_code_length_is_the_sum_of_what_the_model_says_of_each_id():
    model, ids = Decoder(Shape(5, 4, width=16), 0), torch.tensor([3, 1, 4, 1, 0, 2, 4])
    expected = math.log(5)
    for at in range(1, len(ids)):
        window = ids[(at - 1) // 4 * 4 : at]
        with torch.inference_mode():
            expected -= float(model(window.unsqueeze(0))[0, -1].log_softmax(-1)[ids[at]])
    assert code_length(model, ids, 4) == pytest.approx(expected, rel=1e-5)


def test_batches_are_pieces_of_the_training_part_and_a_round_reads_almost_all_of_it():
    ids = torch.arange(1000)
    batches = text_batches(ids, 7, 4, seed=3)
    first_round = torch.cat([next(batches) for _ in range(35)])
    assert (first_round.diff(dim=1) == 1).all()
    assert len(first_round.unique()) > 1000 - 2 * 7 - 4 * 7
    again = text_batches(ids, 7, 4, seed=3)
    assert torch.equal(first_round[:4], next(again))
    assert not torch.equal(first_round[:4], next(text_batches(ids, 7, 4, seed=4)))


def test_a_text_shorter_than_two_contexts_is_refused_in_one_line():
    with pytest.raises(ValueError, match="a text of 9 ids has no two contexts of 5; take a longer text"):
        next(text_batches(torch.arange(9), 5, 1, seed=0))


def test_flops_of_training_are_six_for_each_weight_of_a_matrix_and_those_of_attention():
    shape = Shape(100, 8, width=16, layers=3, hidden=32)
    model = Decoder(shape, 0)
    weights = sum(weight.numel() for weight in model.parameters() if weight.ndim == 2)
    assert training_flops(shape) == 6 * weights + 3 * 2 * 3 * 8 * 16


def test_bpe_and_hyperwords_are_read_by_the_same_model():
    bpe, hyperwords = (HYPERWORDS.jobs(OPTIONS)[arm, 0].settings for arm in (BPE, "hyperwords, 4,096"))
    assert bpe.size == hyperwords.size
    assert bpe.width == hyperwords.width
    assert bpe.flops == hyperwords.flops


@pytest.mark.parametrize("experiment", [LANGUAGE, HYPERWORDS], ids=lambda experiment: experiment.name)
def test_a_report_has_every_seed(short_text, tmp_path, monkeypatch, experiment):
    jobs = {key: smaller(job) for key, job in experiment.jobs(OPTIONS).items()}
    results = {key: {**job.work(job.settings, tmp_path), "cpu_seconds": 0.0} for key, job in jobs.items()}
    text, pictures = experiment.report(OPTIONS, results)
    assert list(pictures) == [experiment.name]
    for (arm, _), result in results.items():
        end = (result.get("curve") or result["bits"])[-1]
        line = next(line for line in text.splitlines() if line.startswith((f"| {arm} |", f"| `{arm}` |")))
        assert f"{end:.3f}" in line
        assert experiment.data(result)


def smaller(job):
    """A reader of 300 ids in place of thousands."""
    if not isinstance(job.settings, Reader):
        return job
    kind = job.settings.kind
    return Job(job.work, Reader(kind, 300, 16, 16, job.settings.seed, flops=3e9))


def test_only_the_sweep_of_rates_reads_the_validation_part_and_its_seeds_are_those_of_choices():
    whole = LANGUAGE.jobs(Options(seeds=(100, 101)))
    validation = {key for key, job in whole.items() if job.settings.part == "validation"}
    measured = {arm for arm, _ in whole.keys() - validation}
    assert measured == {SCRATCH, MIXTURE, "zipf", "shuffle_dyck", SHUFFLED}
    assert all(arm.startswith("rate") and seed < 100 for arm, seed in validation)
    assert len({job.settings.rate for key, job in whole.items() if key in validation}) >= 3


def test_the_report_of_the_whole_run_has_differences_to_scratch_and_the_sweep():
    loss = {SCRATCH: 1.7, MIXTURE: 1.6}
    whole = LANGUAGE.jobs(Options(seeds=tuple(range(100, 108))))
    results = {
        (arm, seed): {"at": [1, 2], "curve": [3.0, loss.get(arm, 1.8) + 0.001 * (seed % 10)]} for arm, seed in whole
    }
    lines = LANGUAGE.report(Options(seeds=tuple(range(100, 108))), results)[0].splitlines()
    (mixture,) = (line for line in lines if line.startswith(f"| `{MIXTURE}` | 1.600 1.601"))
    assert mixture.endswith("| 1.603 | -.100 (-.100 to -.100) | 0.031 |")  # 2 of 256 sign patterns, for four arms
    for arm in (SCRATCH, MIXTURE):
        assert f"| {arm} | 1.800 1.801 | 1.800 1.801 | 1.800 1.801 |" in lines


def test_the_first_loss_is_that_of_knowing_nothing(short_text):
    ids = english_ids("characters", 0, "test")
    told = code_length(uniform_model(len(english_alphabet())), ids, 8) / len(ids)
    assert told == pytest.approx(math.log(len(english_alphabet())), rel=1e-6)
