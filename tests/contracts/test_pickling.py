"""DoFns carry names, not bytes: what travels to a worker is small and holds no lexicon."""

import apache_beam as beam
import numpy as np
import pytest
from apache_beam.internal import pickler

from beam_pipeline.pipeline import apply_pipeline
from hyperphrase.corpus.layout import LEXICON_FILE
from hyperphrase.corpus.request import CorpusRequest, Output
from hyperphrase.deduplication.duplicates import Deduplication
from hyperphrase.laws.lengths import Uniform
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.lexicon.alphabet import code_points
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.phrases.recipe import Recipe
from transforms.files import storage
from transforms.worker.context import CorpusContext

LIMIT = 20_000  # bytes of one pickled function
WORDS = tuple(f"zzword{i:05d}" for i in range(20_000))


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """A site whose lexicon this process has loaded: what a careless DoFn would take along."""
    folder = tmp_path_factory.mktemp("context")
    lexicon = Lexicon("large", WORDS, np.ones(len(WORDS)), code_points("stable", len(WORDS)))
    with storage.atomic_writer(str(folder), LEXICON_FILE) as stream:
        lexicon.write(stream)
    recipe = Recipe(SYMBOL_LAWS["lexicon"](), Uniform(), len(WORDS), lexicon.digest)
    outputs = (Output("tfrecord", "none", "symbols"), Output("jsonl", "gzip", "words"))
    made = CorpusContext(str(folder), CorpusRequest(recipe, 0, 10**9, None, 1 << 18, outputs))
    made.phrases()
    made.encoder(Output("txt", "none", "words"))
    return made


def functions_of(context):
    """Return {label: payload} of every function of the whole pipeline, as Beam would send them."""
    pipeline = beam.Pipeline()
    apply_pipeline(pipeline, context, Deduplication(prefix=16, offset_bits=18, bucket_bits=9, span_units=1), "large")
    proto = pipeline.to_runner_api()
    return {
        transform.unique_name: transform.spec.payload
        for transform in proto.components.transforms.values()
        if transform.spec.payload and not transform.subtransforms
    }


def test_what_travels_is_small(context):
    functions = functions_of(context)
    assert len(functions) > 15
    assert {name: len(payload) for name, payload in functions.items() if len(payload) >= LIMIT} == {}


@pytest.mark.parametrize("module", ["fingerprint_phrases", "write_shards"])
def test_a_pickled_dofn_holds_no_lexicon(context, module):
    if module == "write_shards":
        from transforms.write_shards import _Write

        dofn = _Write(context)
    else:
        from transforms.fingerprint_phrases import _Fingerprint

        dofn = _Fingerprint(context, Deduplication(prefix=16, offset_bits=18, bucket_bits=9, span_units=1))
    pickled = pickler.dumps(dofn, enable_trace=False, use_zlib=False)
    assert len(pickled) < LIMIT
    assert b"zzword" not in pickled
    assert pickler.loads(pickled, use_zlib=False)._context == context


def test_a_dofn_that_takes_the_lexicon_along_would_be_found(context):
    class Careless(beam.DoFn):
        def __init__(self, words):
            self.words = words

    assert len(pickler.dumps(Careless(WORDS), use_zlib=False)) > LIMIT


def test_a_graph_is_small_however_large_the_corpus(context):
    """Dataflow takes job files of 10 MB; 10^9 phrases make 3,815 units."""
    assert sum(map(len, functions_of(context).values())) < 500_000
