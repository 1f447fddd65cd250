"""LengthHistogram: the sum of the statistics of all units."""

from collections.abc import Iterable

import apache_beam as beam

from hyperphrase.corpus.statistics import Statistics


class LengthHistogram(beam.PTransform):
    """PCollection[WrittenUnit] -> PCollection[Statistics] of lengths and ranks, one element; empty without units."""

    def expand(self, written: beam.PCollection) -> beam.PCollection:
        return (
            written
            | "TakeCounts" >> beam.Map(lambda unit: unit.statistics)
            | "AddCounts" >> beam.CombineGlobally(_AddStatistics()).without_defaults()
        )


class _AddStatistics(beam.CombineFn):
    def create_accumulator(self) -> Statistics:
        return Statistics.total([])

    def add_input(self, accumulator: Statistics, counts: Statistics) -> Statistics:
        return Statistics.total([accumulator, counts])

    def merge_accumulators(self, accumulators: Iterable[Statistics]) -> Statistics:
        return Statistics.total(accumulators)

    def extract_output(self, accumulator: Statistics) -> Statistics:
        return accumulator
