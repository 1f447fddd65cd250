"""Fixtures of the transforms' tests: a made-up corpus in a temporary folder, and a pipeline that gives its output back.

The runner is Beam's FnApiRunner in this process: it encodes every element and pickles every DoFn, as all runners do.
"""

import itertools
import random

import apache_beam as beam
import numpy as np
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.testing.test_pipeline import TestPipeline

from hyperphrase.corpus.layout import LEXICON_FILE, RECIPE_FILE
from hyperphrase.corpus.request import CorpusRequest, Output
from hyperphrase.deduplication.duplicates import Deduplication
from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.lengths import LENGTH_LAWS
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.lexicon.alphabet import code_points
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.phrases.phrases import seed_range
from hyperphrase.phrases.recipe import Recipe
from transforms.files import storage
from transforms.worker.context import CorpusContext

_WORDS = tuple("".join(letters) for letters in itertools.product("abcdefgh", "aeiou"))  # 40
_VOCABULARY = len(_WORDS)
_JSONL = (Output("jsonl", "none", "symbols"),)
_COLLECTED = {}
_KEYS = itertools.count()


def _collect(element, key):
    _COLLECTED[key].append(element)


@pytest.fixture(scope="session")
def outputs_of():
    """Return a runner of one step: (build) -> the elements of the PCollection that ``build(pipeline)`` returns."""

    def run(build):
        key = next(_KEYS)
        _COLLECTED[key] = []
        options = PipelineOptions(["--direct_running_mode=in_memory", "--direct_num_workers=1"])
        with TestPipeline(runner="FnApiRunner", options=options) as pipeline:
            _ = build(pipeline) | "Collect" >> beam.Map(_collect, key)
        return _COLLECTED.pop(key)

    return run


@pytest.fixture(scope="session")
def lexicon():
    return Lexicon("made up", _WORDS, 1.0 / np.arange(1, len(_WORDS) + 1), code_points("stable", len(_WORDS)))


@pytest.fixture
def context_of(tmp_path, lexicon):
    """Return a maker of sites: a request by seed range or number, with lexicon and recipe in a temporary folder."""

    def make(
        seeds=(0, 1000),
        phrases=None,
        per_shard=100,
        outputs=_JSONL,
        law="zipf:s=1.0",
        lengths="uniform:min=1,max=4",
        vocabulary=_VOCABULARY,
    ):
        laws = [(law, SYMBOL_LAWS, "law"), (lengths, LENGTH_LAWS, "lengths")]
        sampler_law, length_law = (parse_law(*law, open) for law in laws)
        recipe = Recipe(sampler_law, length_law, vocabulary, lexicon.digest)
        context = CorpusContext(str(tmp_path), CorpusRequest(recipe, *seeds, phrases, per_shard, tuple(outputs)))
        with storage.atomic_writer(context.folder, LEXICON_FILE) as stream:
            lexicon.write(stream)
        storage.write_file(context.folder, RECIPE_FILE, (recipe.canonical() + "\n").encode())
        return context

    return make


@pytest.fixture(scope="session")
def dedup_of():
    """Return a maker of ways to deduplicate: (site, fingerprint bits, span) -> Deduplication in four buckets."""

    def make(context, fingerprint_bits=64, span_units=1):
        bits = (span_units * context.request.phrases_per_shard - 1).bit_length()
        return Deduplication(4, bits, 2, span_units, fingerprint_bits)

    return make


@pytest.fixture(scope="session")
def later_seeds():
    """Return the oracle: site -> {unit index: offsets of the seeds whose phrase a lower seed gives}, by a set."""

    def find(context):
        block = context.phrases().draw(seed_range(context.request.first_seed, context.request.stop_seed))
        seen, later = set(), {}
        for i, (begin, end) in enumerate(itertools.pairwise(block.offsets.tolist())):
            phrase = tuple(block.ids[begin:end].tolist())
            if phrase in seen:
                later.setdefault(i // context.request.phrases_per_shard, []).append(
                    i % context.request.phrases_per_shard
                )
            seen.add(phrase)
        return later

    return find


@pytest.fixture(scope="session")
def shuffled():
    """Return a shuffler: the same elements in one of many orders, the same order for the same number."""

    def shuffle(elements, number):
        elements = list(elements)
        random.Random(number).shuffle(elements)
        return elements

    return shuffle
