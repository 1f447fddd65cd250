"""The machinery of ``python -m evidence``: decoder, corpora, tasks, transfer, and experiments of tiny trainings."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from evidence import command
from evidence.arms import ARMS, LEFT_OUT, pretraining
from evidence.corpora import corpus_batches
from evidence.decoder import Decoder, Shape
from evidence.experiments import EXPERIMENTS, Options
from evidence.optimizer import Optimizer, Rates
from evidence.pages import write
from evidence.pretraining import loaded, pretrain
from evidence.recall import Recall, first_model, train_recall
from evidence.tasks import copy_accuracy, recall_batch, repeated_strings
from hyperphrase import InputError
from hyperphrase.laws.registry import SYMBOL_LAWS

TINY = Options(seeds=(0, 1), quick=True, fraction=0.003)


def test_the_decoder_sees_no_later_symbol():
    model = Decoder(Shape(66, 32), seed=0)
    ids = torch.randint(66, (2, 32))
    changed = ids.clone()
    changed[:, 20:] = (changed[:, 20:] + 1) % 66
    with torch.inference_mode():
        assert torch.equal(model(ids)[:, :20], model(changed)[:, :20])
        assert not torch.allclose(model(ids)[:, 20:], model(changed)[:, 20:])


def test_the_decoder_sees_how_far_symbols_are_apart_and_not_where_they_are():
    layer = Decoder(Shape(66, 32), seed=0).layers[0]
    query, key = torch.randn(1, 2, 1, 32), torch.randn(1, 2, 1, 32)
    places = layer._turned(query.expand(-1, -1, 32, -1)) @ layer._turned(key.expand(-1, -1, 32, -1)).mT
    for distance in (0, 3, 9):
        scores = places[0, 0].diagonal(-distance)
        assert torch.allclose(scores, scores[0].expand_as(scores), atol=1e-4)
    assert not torch.isclose(places[0, 0, 9, 0], places[0, 0, 3, 0])


def test_weights_depend_on_the_seed_alone():
    first, again, other = (Decoder(Shape(66, 32), seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["embedding.weight"], other["embedding.weight"])
    assert sum(weight.numel() for weight in first.values() if weight.is_floating_point()) < 38_000


def test_the_optimizer_learns_and_its_rates_fall():
    rates = Rates(decay=(70, 100))
    assert [rates.factor(step) for step in (25, 50, 70, 85, 100)] == pytest.approx([0.5, 1, 1, 0.5, 0])
    model, ids = Decoder(Shape(10, 8), seed=0), torch.arange(8).repeat(4, 1)
    optimizer = Optimizer(model, Rates(warm_up=1))
    losses = []
    for _ in range(30):
        loss = functional.cross_entropy(model(ids)[:, :-1].flatten(0, 1), ids[:, 1:].flatten())
        losses.append(float(loss.detach()))
        optimizer.step(loss)
    assert losses[-1] < losses[0] / 2


def test_frozen_weights_stay():
    model = Decoder(Shape(10, 8), seed=0)
    model.layers.requires_grad_(False)
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    Optimizer(model, Rates(warm_up=1)).step(model(torch.arange(8)[None]).square().mean())
    moved = {name for name, weight in model.state_dict().items() if not torch.equal(weight, before[name])}
    assert moved == {"embedding.weight", "norm.weight"}


def batches(seed=3, **changed):
    options = {"vocabulary": 64, "length": 65, "rows": 4, "steps": 3, "seed": seed, "phrases": 2000}
    return torch.stack(list(corpus_batches("repetition:m=5", "fixed:length=63", **options | changed)))


def test_corpora_are_phrases_with_their_separators_and_differ_by_seed():
    ids = batches()
    assert ids.shape == (3, 4, 65)
    assert int(ids.max()) == 64
    assert ((ids == 64).sum(2) >= 1).all()
    assert torch.equal(ids, batches())
    assert not torch.equal(ids, batches(seed=4))


def test_a_corpus_too_short_for_the_training_is_an_error_of_one_line():
    with pytest.raises(InputError) as caught:
        batches(phrases=100, steps=26)
    assert str(caught.value) == (
        "steps=26: the corpus has contexts for 24 steps of 4; give fewer steps or more `phrases`"
    )


def test_a_question_larger_than_the_context_is_an_error_of_one_line():
    with pytest.raises(InputError) as caught:
        Recall(seed=0, pairs=32)
    assert str(caught.value) == "pairs=32: give 1 to 31: a question of more does not fit the context of 64 symbols"


def test_every_law_of_the_arms_fits():
    for law, lengths in ARMS.values():
        made = corpus_batches(law, lengths, vocabulary=64, length=65, rows=2, steps=1, seed=0, phrases=500)
        assert next(made).shape == (2, 65)


def test_recall_asks_for_a_value_behind_its_key():
    ids, answers = recall_batch(torch.Generator().manual_seed(0), rows=200, pairs=10, vocabulary=64)
    assert ids.shape == (200, 22)
    assert (ids[:, 20] == 65).all()
    for row, answer in zip(ids.tolist(), answers.tolist(), strict=True):
        assert len(set(row[:20])) == 20
        assert row[row.index(row[21]) + 1] == answer
        assert row.index(row[21]) % 2 == 0


class Copier:
    """A model that copies: it knows that a string of ``offset`` symbols is repeated."""

    def __init__(self, offset):
        self.offset = offset

    def __call__(self, ids):
        return functional.one_hot(ids.roll(self.offset - 1, 1), 64).float()


def test_copying_is_measured_where_the_string_comes_again():
    ids = repeated_strings(torch.Generator().manual_seed(0), 50, offset=7, length=64, vocabulary=64)
    assert copy_accuracy(Copier(7), ids, 32) == 1.0
    assert copy_accuracy(Copier(6), ids, 32) < 0.1


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights")
    settings = pretraining("repetition, varied", seed=1, fraction=0.003)
    return settings, pretrain(settings, folder), folder


def test_transfer_keeps_what_it_says(trained):
    settings, _, folder = trained
    own = first_model(Recall(seed=5), folder).state_dict()
    learned = loaded(settings, folder)["weights"]
    kept, fresh, averaged, shuffled = (
        first_model(Recall(5, settings, transfer), folder).state_dict()
        for transfer in ("kept", "fresh", "averaged", "shuffled")
    )
    layer = "layers.0.attended.weight"
    assert torch.equal(kept["embedding.weight"], learned["embedding.weight"])
    assert torch.equal(fresh["embedding.weight"], own["embedding.weight"])
    assert torch.allclose(averaged["embedding.weight"], learned["embedding.weight"].mean(0).expand(66, -1))
    assert torch.equal(kept[layer], learned[layer])
    assert torch.equal(fresh[layer], learned[layer])
    assert torch.equal(shuffled["embedding.weight"], own["embedding.weight"])
    assert not torch.equal(shuffled[layer], learned[layer])
    assert torch.equal(shuffled[layer].flatten().sort().values, learned[layer].flatten().sort().values)


def test_weights_that_were_deleted_are_trained_again_and_are_the_same(trained, tmp_path):
    settings, _, folder = trained
    first = first_model(Recall(5, settings, "kept"), folder).state_dict()
    again = first_model(Recall(5, settings, "kept"), tmp_path).state_dict()
    assert all(torch.equal(first[name], again[name]) for name in first)


def test_recall_is_learned_where_it_is_easy(tmp_path):
    easy = train_recall(Recall(seed=0, pairs=1, budget=300), tmp_path)
    assert easy["steps"] is not None
    assert easy["curve"][-1] >= 0.9
    assert train_recall(replace(Recall(seed=0), budget=25), tmp_path)["steps"] is None


@pytest.mark.parametrize("name", ["copying", "plateau"])
def test_an_experiment_reports_every_seed(name, tmp_path):
    experiment = EXPERIMENTS[name]
    results = command.measure(experiment, TINY, tmp_path / "work", processes=2)
    page = write(experiment, TINY, results, tmp_path / "made").read_text()
    assert f"python -m evidence {name} --quick" in page
    assert "`zipf`" in page
    rows = json.loads((tmp_path / "made" / f"{name}.json").read_text())
    assert {row["seed"] for row in rows} == {0, 1}
    assert len(rows) == len(results)
    assert (tmp_path / "made" / f"{name}.png").stat().st_size < 200_000


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["copyng"], "copyng: there is no such experiment; choose from copying, plateau, "),
        (["--processes=0"], "--processes=0: give 1 or more"),
        (
            ["--quick"],
            "--output: name another folder; evidence/results is for whole experiments and their own seeds",
        ),
        (["--seeds=5"], "argument --seeds: '5': give 2 to 16 seeds below 2^20, as in 0:8"),
        (["--seeds=0:17"], "argument --seeds: '0:17': give 2 to 16 seeds below 2^20, as in 0:8"),
    ],
)
def test_a_wrong_option_is_one_line(given, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        command.main(given)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err.splitlines()[-1]
    assert not list(tmp_path.iterdir())


def test_a_missing_library_is_one_line(tmp_path):
    (tmp_path / "torch.py").write_text("raise ImportError('not here')")
    program = "import sys; sys.path.insert(0, sys.argv.pop(1)); from evidence.__main__ import start; sys.exit(start())"
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        "python -m evidence: torch is not installed, or not as a whole; pip install 'hyperphrase[evidence]'\n"
    )


def test_every_law_is_an_arm_or_is_left_out_with_a_reason():
    arms = {law.partition(":")[0] for law, _ in ARMS.values()}
    left_out = {name for names in LEFT_OUT for name in names.split(", ")}
    assert sorted(arms | left_out) == sorted({*SYMBOL_LAWS, "mixture"})
    assert arms & left_out <= {"mixture"}
