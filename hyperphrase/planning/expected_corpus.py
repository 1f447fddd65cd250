"""What a job's corpus is expected to have: phrases, symbols, and how long its phrases are."""

from dataclasses import dataclass
from functools import cached_property

from hyperphrase.planning.job import Job


@dataclass(frozen=True, eq=False)
class ExpectedCorpus:
    """The corpus of a job, as its recipe lets expect it."""

    job: Job

    @property
    def drawn(self) -> int:
        """The number of seeds to draw."""
        return self.job.request.stop_seed - self.job.request.first_seed

    @cached_property
    def phrases(self) -> float:
        """The number of phrases: what is asked for, else what is expected; a lower bound if not in closed form."""
        return float(self.job.request.phrases or self.job.space.expected_distinct(self.drawn))

    @cached_property
    def repeated(self) -> float:
        """The share of the drawn seeds that are expected to repeat a phrase; an upper bound if not in closed form."""
        return max(1.0 - self.job.space.expected_distinct(self.drawn) / self.drawn, 0.0)

    @cached_property
    def lengths(self) -> dict[int, float]:
        """The share of each length among the kept phrases: short ones repeat sooner, and are dropped.

        Those of the length law if the content decides of lengths.
        """
        space = self.job.space
        if space.injective or self.job.phrases.law.decides_lengths:
            return space.lengths
        kept = space.distinct_by_length(self.drawn)
        total = sum(kept.values())
        return {length: number / total for length, number in kept.items()} if total else space.lengths

    @cached_property
    def mean_length(self) -> float | None:
        """The mean length of a phrase, None if the content decides of lengths."""
        if self.job.phrases.law.decides_lengths:
            return None
        return sum(length * share for length, share in self.lengths.items())

    @property
    def length_variance(self) -> float:
        """The variance of the length of a phrase; 0 if the content decides of lengths."""
        mean = self.mean_length
        if mean is None:
            return 0.0
        return sum((length - mean) ** 2 * share for length, share in self.lengths.items())
