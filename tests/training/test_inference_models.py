"""The formulas of inference, checked by transformers' own models: parameters and caches of each, and the benchmark."""

import dataclasses
import math

import pytest
import torch
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
)

from benchmarks import inference as benchmark
from hyperphrase.costs.inference import CACHED, cache_bytes, parameters
from hyperphrase.costs.public_models import MODELS

CLASSES = {
    "llama": (LlamaConfig, LlamaForCausalLM),
    "mistral": (MistralConfig, MistralForCausalLM),
    "qwen2": (Qwen2Config, Qwen2ForCausalLM),
}


def built(model, vocabulary):
    """Return transformers' model of this shape, without memory for its weights."""
    with torch.device("meta"):
        if model.family == "gpt2":
            return GPT2LMHeadModel(
                GPT2Config(
                    vocab_size=vocabulary, n_positions=model.context, n_embd=model.width, n_layer=model.layers,
                    n_head=model.heads, n_inner=model.ffn,
                )
            )  # fmt: skip
        config, kind = CLASSES[model.family]
        return kind(
            config(
                vocab_size=vocabulary, hidden_size=model.width, intermediate_size=model.ffn, head_dim=model.head,
                num_hidden_layers=model.layers, num_attention_heads=model.heads, num_key_value_heads=model.kv_heads,
                max_position_embeddings=model.context, tie_word_embeddings=model.tied,
            )
        )  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("vocabulary", [None, 250_000])
def test_parameters_are_those_of_transformers(name, vocabulary):
    model = MODELS[name]
    size = vocabulary or model.vocabulary
    assert sum(weights.numel() for weights in built(model, size).parameters()) == parameters(model, size)


@pytest.mark.parametrize("family", ["gpt2", "llama", "qwen2"])
def test_a_cache_has_the_predicted_bytes(family):
    shape = dataclasses.replace(benchmark.TINY, family=family, kv_heads=2 if family == "gpt2" else 1)
    ids = torch.zeros((3, 7), dtype=torch.long, device="meta")
    with torch.inference_mode():
        cache = built(shape, 100).eval()(ids, use_cache=True).past_key_values
    held = sum(part.nbytes for layer in cache.layers for part in (layer.keys, layer.values))
    assert 3 * 7 * cache_bytes(shape) * 4 // CACHED == held  # fp32


def test_the_shapes_that_transformers_knows_by_default_are_ours():
    for name, config in (("llama-2-7b", LlamaConfig()), ("mistral-7b", MistralConfig())):
        model = MODELS[name]
        ours = (model.layers, model.width, model.heads, model.kv_heads, model.ffn)
        fields = ("num_hidden_layers", "hidden_size", "num_attention_heads", "num_key_value_heads", "intermediate_size")
        assert ours == tuple(getattr(config, field) for field in fields)


def test_the_benchmark_writes_prediction_beside_measurement(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(benchmark, "VOCABULARIES", (2000, 60_000))
    monkeypatch.setattr(benchmark, "ROUNDS", 1)
    monkeypatch.setattr(benchmark, "RESULTS", tmp_path / "inference.md")
    assert 0 == benchmark.main([])
    lines = benchmark.RESULTS.read_text(encoding="utf-8").splitlines()
    assert lines == capsys.readouterr().out.splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith(("| 2", "| 6"))]
    assert ["predicted", "measured", "error"] * 2 == [row[1] for row in rows]
    assert {"+0.0%"} == {cell for row in rows if row[1] == "error" for cell in row[2:4]}  # parameters, cache
    predicted, measured = (float(row[4].replace(",", "")) for row in rows[3:5])
    assert math.isclose(predicted, measured, rel_tol=0.4)  # MB; one round, and the allocator keeps some
