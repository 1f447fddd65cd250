"""The formulas: published counts of parameters, sizes worked out by hand, and equality exactly at each break-even."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperphrase.costs.inference import PRECISIONS, break_even, cache_bytes, footprint, parameters
from hyperphrase.costs.public_models import MODELS, read_model
from hyperphrase.errors import InputError

PUBLISHED = {  # as the publishers' pages on the hub count the parameters of the files
    "gpt2": 124_439_808,
    "gpt2-xl": 1_557_611_200,
    "llama-2-7b": 6_738_415_616,
    "llama-3.1-8b": 8_030_261_248,
    "llama-3.2-1b": 1_235_814_400,
    "llama-3.2-3b": 3_212_749_824,
    "mistral-7b": 7_248_023_552,
    "qwen2.5-0.5b": 494_032_768,
    "qwen2.5-7b": 7_615_616_512,
}
models = st.sampled_from(list(MODELS.values()))
vocabularies = st.integers(2, 1_000_000)
ratios = st.floats(0.1, 10.0).filter(lambda ratio: abs(ratio - 1.0) > 1e-3)


def test_parameters_are_those_that_are_published():
    assert PUBLISHED == {name: parameters(model, model.vocabulary) for name, model in MODELS.items()}


def test_sizes_are_those_that_are_worked_out_by_hand():
    model = read_model("llama-3.1-8b")
    assert 2 * 32 * 8 * 128 * 2 == 131_072 == cache_bytes(model)
    use = footprint(model, 250_000, 1000, 3)
    assert {"fp16": 4.096e9, "int8": 2.048e9, "4 bit": 1.024e9} == use.matrices
    assert 8_030_261_248 + 2 * (250_000 - 128_256) * 4096 == use.parameters
    assert (3000 * 131_072, 3_000_000) == (use.cache, use.logits)
    assert 2.048e9 == use.output_flops
    layer = 2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 14_336
    assert 2 * 32 * layer + 2.048e9 + 2 * 32 * 4096 * 1000 == use.flops
    assert 1000 * use.flops == use.text_flops
    assert use.weights["int8"] + use.cache + use.logits == use.memory("int8")


def test_a_tied_model_has_one_matrix():
    assert 250_000 * 2048 * 2 == footprint(read_model("llama-3.2-1b"), 250_000, 1, 1).matrices["fp16"]


def saved_memory(model, vocabulary, tokens, batch, ratio, precision):
    own, other = (
        footprint(model, size, length, batch)
        for size, length in ((model.vocabulary, tokens), (vocabulary, tokens / ratio))
    )
    return own.memory(precision) - other.memory(precision)


def saved_work(model, vocabulary, tokens, _batch, ratio, _precision):
    own, other = (
        footprint(model, size, length, 1) for size, length in ((model.vocabulary, tokens), (vocabulary, tokens / ratio))
    )
    return own.text_flops - other.text_flops


def holds(threshold, saved):
    """Whether ``saved``, the saving for each value, has the sign that the threshold says."""
    if threshold.at is None:
        signs = {saved(value) > 0 for value in (1e-3, 1.0, 1e3, 1e7)}
        return signs == {threshold.saves == "always"}
    below, above = saved(threshold.at * 0.999), saved(threshold.at * 1.001)
    return below < 0 < above if threshold.saves == "from" else above < 0 < below


@given(model=models, vocabulary=vocabularies, ratio=ratios, batch=st.integers(1, 1000), tokens=st.integers(1, 10**6))
def test_a_break_even_is_where_savings_begin(model, vocabulary, ratio, batch, tokens):
    if vocabulary == model.vocabulary:
        vocabulary += 1
    even = break_even(model, vocabulary, tokens, batch, ratio)
    for name in PRECISIONS:
        args = (batch, ratio, name)
        assert holds(even.tokens[name], lambda value, args=args: saved_memory(model, vocabulary, value, *args))
    assert holds(even.batch, lambda value: saved_memory(model, vocabulary, tokens, value, ratio, "fp16"))
    assert holds(even.work, lambda value: saved_work(model, vocabulary, value, 1, ratio, "fp16"))


@given(model=models, vocabulary=vocabularies, batch=st.integers(1, 1000), tokens=st.integers(1, 10**6))
def test_the_ratios_that_are_needed_make_equal(model, vocabulary, batch, tokens):
    even = break_even(model, vocabulary, tokens, batch, 1.07)
    whole = footprint(model, model.vocabulary, tokens, batch).memory("fp16")
    if even.memory_ratio is not None:
        assert abs(saved_memory(model, vocabulary, tokens, batch, even.memory_ratio, "fp16")) < 1e-9 * whole
    else:
        assert saved_memory(model, vocabulary, tokens, batch, 1e12, "fp16") <= 1e-9 * whole
    short = footprint(model, model.vocabulary, 1e-6, 1).text_flops
    assert abs(saved_work(model, vocabulary, 1e-6, 1, even.work_ratio, "fp16")) < 1e-6 * short


def test_equal_tokens_save_nothing():
    even = break_even(read_model("gpt2"), 250_000, 1000, 1, 1.0)
    assert {"never"} == {each.saves for each in (*even.tokens.values(), even.batch, even.work)}


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("llama-3.1-70b", "the nearest are llama-3.1-8b, "),
        ("GPT-2", "the nearest are gpt2, "),
        ("", "known are gpt2, "),
    ],
)
def test_an_unknown_model_is_refused_with_the_nearest(name, advice):
    with pytest.raises(InputError, match=f"there is no such model here; {advice}") as caught:
        read_model(name)
    assert ("model", name) == (caught.value.field, caught.value.value)
