"""FingerprintPhrases: a sorted run of keys for each span and bucket, and the span's own duplicates."""

from collections.abc import Iterator
from typing import Any

import apache_beam as beam
from apache_beam.metrics import Metrics

from hyperphrase.deduplication.duplicates import Deduplication, distinct_in_span
from hyperphrase.phrases.phrases import WorkUnit
from transforms.worker.context import CorpusContext
from transforms.worker.key_runs import store_runs
from transforms.worker.progress import PROGRESS

#: Output tags.
KEYS, DROPS, COUNTS = "keys", "drops", "counts"


class FingerprintPhrases(beam.PTransform):
    """PCollection[WorkUnit] -> keys: (bucket, (span index, run)); drops: (span index, offsets to drop); counts.

    The first unit of a span triggers the work of the whole span; its other units give nothing. ``key_runs`` defines a
    run. Offsets are uint32, ascending, as bytes, which cost 13 times less to shuffle than arrays. Counts are
    ({unit index: seeds dropped in it}, seeds that are not compared further because they are already dropped).
    """

    def __init__(self, context: CorpusContext, dedup: Deduplication) -> None:
        super().__init__()
        self._context, self._dedup = context, dedup

    def expand(self, units: beam.PCollection) -> Any:
        return units | "FingerprintUnits" >> beam.ParDo(_Fingerprint(self._context, self._dedup)).with_outputs(
            KEYS, DROPS, COUNTS
        )


class _Fingerprint(beam.DoFn):
    def __init__(self, context: CorpusContext, dedup: Deduplication) -> None:
        self._context, self._dedup = context, dedup
        self._counter = Metrics.counter("hyperphrase", "phrases_fingerprinted")

    def process(self, unit: WorkUnit) -> Iterator[Any]:
        request, units = self._context.request, self._dedup.span_units
        if unit.index % units:
            return
        span = request.span(unit.index // units, units)
        runs, dropped = distinct_in_span(self._context.phrases(), span, self._dedup)
        for bucket, run in store_runs(self._context, span.index, runs):
            yield beam.pvalue.TaggedOutput(KEYS, (bucket, (span.index, run)))
        if len(dropped):
            yield beam.pvalue.TaggedOutput(DROPS, (span.index, dropped.tobytes()))
            yield beam.pvalue.TaggedOutput(COUNTS, (request.counts_by_unit(span, dropped), len(dropped)))
        self._counter.inc(len(span))
        PROGRESS.add(fingerprinted=len(span))
