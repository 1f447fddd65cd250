"""The programs of examples/, small: they train and draw, go on where they stopped, and say in a line what is wrong.

The how-to of docs/examples.md too, from a corpus to a training step.
"""

import math
import re
import runpy
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from hyperphrase import Corpus
from tests.training.processes import ROOT, finish, start
from tests.training.small import CORPUS, TOKENS, VOCABULARY, blocks_of

EXAMPLES = {"pretrain_gpt": "loss", "transfer_to_text": "transfer", "lora_new_words": "loss", "jax_grain": "loss"}
RUN = "import runpy, sys; sys.argv[1:] = {!r}; runpy.run_path({!r}, run_name='__main__')"
PAGE = ROOT / "docs/examples.md"


def path_of(name):
    return str(ROOT / f"examples/{name}.py")


def printed_by(name, folder, *options):
    """Run an example in a process and a folder of its own, and return what it printed."""
    status, out, err = finish(start(RUN.format(list(options), path_of(name)), folder))
    assert (status, out if status else "") == (0, ""), err
    return out


@pytest.fixture
def called(monkeypatch, tmp_path, capsys):
    """Return a function that runs an example in this process, which is quicker: (exit status, output, complaints)."""
    monkeypatch.chdir(tmp_path)

    def outcome_of(name, *options):
        monkeypatch.setattr(sys, "argv", [f"{name}.py", *options])
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(path_of(name), run_name="__main__")
        return ended.value.code, *capsys.readouterr()

    return outcome_of


def losses_in(out):
    """Return the losses that an example printed at some of its steps."""
    return [float(loss) for loss in re.findall(r"^step [\d,]+: loss (\d+\.\d+)$", out, re.MULTILINE)]


def check_picture(path):
    """Assert that a picture is a PNG with much white and many colours: neither blank nor a mere frame."""
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        pixels = np.asarray(picture.convert("RGB")).reshape(-1, 3)
    assert len(pixels) > 500_000
    assert len(np.unique(pixels, axis=0)) > 100
    assert 0.01 < (pixels < 250).any(axis=1).mean() < 0.5


def test_every_example_is_tested_here_or_without_training_libraries():
    assert {*EXAMPLES, "prompt_fragments"} == {path.stem for path in (ROOT / "examples").glob("*.py")}


def test_a_run_that_stops_and_goes_on_has_the_losses_of_one_that_does_not(tmp_path, called):
    """In one process, as the program itself compares them, and in two."""
    status, out, _ = called("pretrain_gpt", "--small", "--stop_at=15", "--output=one")
    assert status == 0
    assert "equal, to the last bit" in out
    check_picture(tmp_path / "one/loss.png")
    assert called("pretrain_gpt", "--small", "--steps=15", "--output=two")[0] == 0
    assert "after step 15" in printed_by("pretrain_gpt", tmp_path, "--small", "--output=two")
    one, two = (torch.load(tmp_path / folder / "checkpoint.pt") for folder in ("one", "two"))
    assert len(one["losses"]) == 40
    assert one["losses"] == two["losses"]
    assert one["losses"][-1] < one["losses"][0] - 0.3


def test_the_bounds_of_the_loss():
    """Words drawn independently: both are equal. Each ten words twice: a perfect model pays for half of them."""
    names = runpy.run_path(path_of("pretrain_gpt"))
    words, perfect = names["bounds_of"](names["corpus_of"]("zipf:s=1.0", 64, 2000))
    assert words == pytest.approx(perfect, rel=3e-3)
    words, perfect = names["bounds_of"](names["corpus_of"]("repetition:m=10,s=1.0,beta=0.0", 64, 2000))
    assert 2 * perfect == pytest.approx(words, rel=3e-3)


def test_transfer_says_what_it_found(tmp_path):
    out = printed_by("transfer_to_text", tmp_path, "--small", "--output=out")
    check_picture(tmp_path / "out/transfer.png")
    arms = dict(re.findall(r"^seed 0, pre-trained on (\w+): (\d\.\d{3}) bits a byte$", out, re.MULTILINE))
    assert list(arms) == ["nothing", "shuffled", "corpus"]
    for control in ("nothing", "shuffled"):
        gain = float(arms[control]) - float(arms["corpus"])
        (said, shown) = re.search(rf"^corpus over {control}: (.*) bits a byte .*; (\w+)", out, re.MULTILINE).groups()
        assert float(said) == pytest.approx(gain, abs=0.0011)
        assert shown == ("better" if gain > 0 else "WORSE")


def test_the_verdict_is_no_better_than_the_numbers():
    verdict = runpy.run_path(path_of("transfer_to_text"))["verdict"]
    assert verdict(np.array([0.2, 0.1]), "nothing").endswith("+0.150 bits a byte (+0.200 +0.100); better in each seed")
    assert verdict(np.array([-0.2, -0.1]), "nothing").endswith("WORSE in each seed")
    assert verdict(np.array([0.2, -0.1]), "nothing").endswith("seeds disagree")


@pytest.mark.parametrize(
    ("transfer", "kept"),
    [("all", "embed attn mlp norm"), ("body", "attn mlp norm"), ("attention", "attn"), ("mlp", "mlp"),
     ("frozen", "attn mlp norm")],
)  # fmt: skip
def test_what_is_carried_over(transfer, kept):
    names = runpy.run_path(path_of("transfer_to_text"))
    first, model, fresh = (names["model_of"](seed, 100) for seed in (1, 2, 2))
    torch.nn.init.constant_(first.model.layers[1].input_layernorm.weight, 3.0)
    names["carry_over"](first, model, transfer)
    places = {
        "embed": lambda one: one.lm_head.weight,
        "attn": lambda one: one.model.layers[1].self_attn.q_proj.weight,
        "mlp": lambda one: one.model.layers[1].mlp.up_proj.weight,
        "norm": lambda one: one.model.layers[1].input_layernorm.weight,
    }
    for name, weights in places.items():
        assert torch.equal(weights(model), weights(first if name in kept.split() else fresh))


def test_a_frozen_body_stays_as_pre_training_left_it(monkeypatch):
    curve_of = runpy.run_path(path_of("transfer_to_text"))["curve_of"]
    model_of, models = curve_of.__globals__["model_of"], []
    monkeypatch.setitem(curve_of.__globals__, "model_of", lambda *given: models.append(model_of(*given)) or models[-1])
    options = SimpleNamespace(transfer="frozen", vocabulary=VOCABULARY, corpus_steps=2, steps=2, every=1)
    assert len(curve_of("corpus", 0, CORPUS, np.arange(5120, dtype=np.uint8), options)) == 3
    second, first = (model.state_dict() for model in models)
    body = {name for name in first if ".layers." in name}
    assert all(torch.equal(first[name], second[name]) == (name in body) for name in first)


def test_shuffled_contexts_have_the_words_of_the_others_in_another_order():
    names = runpy.run_path(path_of("transfer_to_text"))
    plain, shuffled = (next(names["corpus_batches"](CORPUS, 0, shuffle))["input_ids"] for shuffle in (False, True))
    assert not torch.equal(plain, shuffled)
    assert torch.equal(plain.sort(dim=1).values, shuffled.sort(dim=1).values)


@pytest.mark.parametrize("bits", [32, 4])
def test_lora_learns_new_words_and_leaves_the_old_ones(tmp_path, called, bits):
    if bits == 32:
        out = printed_by("lora_new_words", tmp_path, "--small", "--output=out")
    else:
        status, out, _ = called("lora_new_words", "--small", "--output=out", "--bits=4")
        assert status == 0
    assert len(re.findall(r": yes$", out, re.MULTILINE)) == 3
    (last,) = losses_in(out)
    assert last < math.log(1101) - 0.3
    check_picture(tmp_path / "out/loss.png")


def test_jax_learns_from_grain(tmp_path):
    out = printed_by("jax_grain", tmp_path, "--small", "--output=out")
    (last,) = losses_in(out)
    assert last < math.log(17) - 0.1
    check_picture(tmp_path / "out/loss.png")


def test_phrases_do_not_see_each_other_in_the_decoder_of_jax():
    import jax

    from hyperphrase.training.model_inputs import for_jax

    names = runpy.run_path(path_of("jax_grain"))
    batch = for_jax(CORPUS.contexts(length=32, packing="best_fit")[0:4])
    weights = names["weights_of"](jax.random.key(0), TOKENS, 32)
    before = names["logits_of"](weights, batch)
    changed = {**batch, "inputs": batch["inputs"].copy()}
    changed["inputs"][:, 0] = VOCABULARY
    same = np.isclose(before, names["logits_of"](weights, changed), atol=1e-6).all(axis=2)
    assert np.array_equal(same, batch["inputs_segmentation"] != 1)


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("pretrain_gpt", ["--law=zipff"], "pretrain_gpt: law=zipff: there is no law 'zipff' (did you mean 'zipf'?)"),
        ("pretrain_gpt", ["--small", "--stop_at=40"], "--stop_at=40: give less than --steps=40"),
        ("pretrain_gpt", ["--steps=0"], "argument --steps: 0: give 1 or more"),
        ("transfer_to_text", ["--text=gone.txt"], "No such file or directory: 'gone.txt'"),
        ("transfer_to_text", ["--law=dyck:k=4"], "law=dyck:k=4"),
        ("lora_new_words", ["--vocabulary=1"], "lora_new_words: vocabulary=1: a lexicon has at least 2"),
        ("lora_new_words", ["--bits=5"], "--bits"),
        ("jax_grain", ["--corpus=gone"], "jax_grain: folder=gone: "),
        ("jax_grain", ["--length=0"], "jax_grain: length=0: give"),
    ],
)
def test_a_wrong_input_is_one_line(called, name, options, said):
    """After the usage, where argparse writes it."""
    status, out, err = called(name, *options)
    assert (status, out) == (2, "")
    assert "Traceback" not in err
    assert said in err.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "library"),
    [
        ("pretrain_gpt", "torch"),
        ("transfer_to_text", "transformers"),
        ("lora_new_words", "peft"),
        ("jax_grain", "optax"),
    ],
)
def test_a_missing_library_names_the_extra(called, monkeypatch, name, library):
    monkeypatch.setitem(sys.modules, library, None)
    assert called(name) == (2, "", f"{library} is not installed; pip install 'hyperphrase[examples]'\n")


def test_the_way_to_lora(tmp_path, monkeypatch):
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Corpus, "open", lambda folder: CORPUS)
    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    LlamaForCausalLM(LlamaConfig(vocab_size=30, tie_word_embeddings=True, **sizes)).save_pretrained("model")
    names = {}
    for block in blocks_of("## Hugging Face with LoRA", PAGE):
        exec(block, names)
    assert names["batch"]["input_ids"].min() >= 30
    loaded = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained("extended"), "adapter")
    with torch.no_grad():
        losses = [model(**names["batch"], use_cache=False).loss for model in (loaded, names["model"], names["base"])]
    assert losses[0] == losses[1]


def test_the_way_to_jax(monkeypatch):
    monkeypatch.setattr(Corpus, "open", lambda folder: CORPUS)
    names = {}
    for block in blocks_of("## MaxText, Grain", PAGE):
        exec(block, names)
    assert float(names["loss"]) == pytest.approx(math.log(VOCABULARY + 1), rel=0.01)
