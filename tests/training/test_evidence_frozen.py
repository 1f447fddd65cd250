"""The experiment of frozen encoders: what is trained, where arms start, what is held out, and the answer."""

import math

import pytest
import torch

from evidence import english_words, frozen_encoder
from evidence.decoder import Decoder
from evidence.english_words import (
    UNKNOWN,
    counted_losses,
    english_batches,
    english_ids,
    english_text,
    held_out_windows,
    words_of,
)
from evidence.experiments import EXPERIMENTS, Options
from evidence.experiments.frozen import RANDOM, SHUFFLED, WHOLE
from evidence.frozen_encoder import CONTEXT, ENGLISH, Encoder, Reading, frozen_model, read_english, read_whole, train

torch.set_num_threads(1)
TINY = Options(seeds=(0, 1), quick=True, fraction=0.01)
NEST = Encoder("nest", seed=1, steps=2)
FROZEN = EXPERIMENTS["frozen"]


def encoder_of(model):
    return {name: weight.clone() for name, weight in model.state_dict().items() if "embedding" not in name}


def embeddings_of(model):
    return {name: weight.clone() for name, weight in model.state_dict().items() if "embedding" in name}


def same(ours, theirs):
    return [name for name, weight in ours.items() if torch.equal(weight, theirs[name])]


@pytest.fixture
def short_test(monkeypatch):
    """Test on 32 windows."""
    windows = held_out_windows(CONTEXT + 1)[:32]
    monkeypatch.setattr(frozen_encoder, "held_out_windows", lambda length: windows)


@pytest.mark.parametrize("start", [None, NEST])
def test_embeddings_are_trained_and_the_encoder_is_not(tmp_path, start):
    model, _ = frozen_model(Reading(1, start), tmp_path)
    encoder, embeddings = encoder_of(model), embeddings_of(model)
    train(model, english_batches(CONTEXT + 1, 4, 0), steps=2, rates=frozen_encoder.RATES)
    assert list(encoder) == same(encoder, encoder_of(model))
    assert list(embeddings) == ["embedding.weight", "output_embedding.weight", "output_embedding.bias"]
    assert [] == same(embeddings, embeddings_of(model))


def test_the_random_encoder_is_the_first_one_of_its_seed(tmp_path):
    random, loss = frozen_model(Reading(1), tmp_path)
    first = encoder_of(Decoder(random.shape, 1))
    assert loss is None
    assert list(first) == same(first, encoder_of(random))
    assert [] == same(
        {name: first[name] for name in first if name.endswith("ed.weight")}, encoder_of(Decoder(random.shape, 2))
    )


def test_a_trained_encoder_started_from_the_random_one(tmp_path, monkeypatch):
    monkeypatch.setattr(frozen_encoder, "train", lambda *given: 0.0)
    random, trained = (frozen_model(Reading(1, start), tmp_path)[0] for start in (None, NEST))
    assert list(encoder_of(random)) == same(encoder_of(random), encoder_of(trained))


def test_all_arms_of_a_seed_begin_with_the_same_new_embeddings(tmp_path):
    random, trained, shuffled = (
        frozen_model(settings, tmp_path)[0]
        for settings in (Reading(1), Reading(1, NEST), Reading(1, NEST, shuffled=True))
    )
    new = embeddings_of(random)
    assert list(new) == same(new, embeddings_of(trained)) == same(new, embeddings_of(shuffled))
    assert ["output_embedding.bias"] == same(new, embeddings_of(frozen_encoder.UntiedDecoder(random.shape, 1)))


def test_shuffled_weights_are_the_same_numbers_in_another_order(tmp_path):
    trained, shuffled = (encoder_of(frozen_model(Reading(1, NEST, order), tmp_path)[0]) for order in (False, True))
    assert [] == same(trained, shuffled)
    for name, weight in trained.items():
        torch.testing.assert_close(weight.flatten().sort()[0], shuffled[name].flatten().sort()[0], rtol=0, atol=0)


def test_the_last_tenth_of_the_text_is_held_out():
    words = words_of(english_text())
    training, held_out = english_ids()
    assert len(words) == len(training) + len(held_out)
    assert len(words) // 10 == pytest.approx(len(held_out), abs=1)
    assert {",": 0, "the": 1, "and": 2}.items() <= dict(zip(words, training.tolist(), strict=False)).items()
    assert held_out[words[len(training) :].index("the")] == 1
    assert UNKNOWN == int(held_out.max()) == int(training.max())


def test_no_held_out_word_is_trained_on_and_each_is_predicted_once(monkeypatch):
    monkeypatch.setattr(english_words, "english_ids", lambda: (torch.arange(300), torch.arange(300, 365)))
    batches = english_batches(9, 500, seed=0)
    seen = torch.cat([next(batches) for _ in range(3)])
    assert (0, 299) == (int(seen.min()), int(seen.max()))
    assert torch.equal(seen, seen[:, :1] + torch.arange(9))
    assert list(range(301, 365)) == held_out_windows(9)[:, 1:].flatten().tolist()


def test_counting_pairs_knows_what_follows(monkeypatch):
    parts = torch.tensor([0, 1] * 500), torch.tensor([0, 1] * 10)
    monkeypatch.setattr(english_words, "english_ids", lambda: parts)
    single, pairs = counted_losses()
    assert math.log(4) == pytest.approx(single, abs=0.01)  # 501 counts of 2,001
    assert 0.002 == pytest.approx(pairs, abs=0.001)


def test_a_model_that_nothing_is_frozen_of_is_the_encoder_of_english(tmp_path, short_test):
    whole = Encoder(ENGLISH, 1, steps=2)
    assert read_whole(whole, tmp_path)["law_loss"] == read_english(Reading(1, whole, steps=2), tmp_path)["law_loss"]


def test_the_report_has_all_seeds(tmp_path, short_test):
    results = {key: {**job.work(job.settings, tmp_path), "cpu_seconds": 0.0} for key, job in FROZEN.jobs(TINY).items()}
    text, pictures = FROZEN.report(TINY, results)
    rows = {line.split(" | ")[0].strip("|` "): line.split(" | ") for line in text.split("\n\n")[0].splitlines()[2:]}
    assert ["nest", "zipf", RANDOM, WHOLE] == list(rows)
    for arm, row in rows.items():
        perplexities = [f"{math.exp(results[arm, seed]['loss']):.1f}" for seed in TINY.seeds]
        assert " ".join(perplexities) == row[1]
    assert ["frozen"] == list(pictures)
    assert {"loss", "early", "late", "law_loss", "cpu_seconds"} == set(FROZEN.data(results["nest", 0]))


def test_the_whole_experiment_has_its_controls():
    arms = {arm for arm, _ in FROZEN.jobs(Options(seeds=(0,)))}
    assert {"nest", "flat", "cross", "zipf", "uniform", SHUFFLED, RANDOM, WHOLE, "English, frozen"} == arms
