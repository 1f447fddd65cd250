"""The figures of a report: what is expected of a corpus by its recipe, beside what it has."""

from dataclasses import dataclass
from functools import cached_property

from hyperphrase.corpus.statistics import Statistics
from hyperphrase.phrases.phrases import Phrases
from hyperphrase.report.charts import Axis, Series, chart
from hyperphrase.report.histograms import lengths_chart
from hyperphrase.report.sample import (
    Sample,
    entropy_estimate,
    expected_growth,
    growth_points,
    measure,
    probabilities_of,
    rank_points,
    sample_places,
)
from hyperphrase.report.subject import Subject
from hyperphrase.space.phrase_space import Space

_FEW_PHRASES = 0.5  # expected of a length: fewer are not drawn beyond those that there are
_FEW = 0.001  # duplicates that are not told more exactly


@dataclass(frozen=True, eq=False)
class Figures:
    """The figures of one subject whose phrases can be drawn.

    phrases: those of the subject.
    """

    subject: Subject
    phrases: Phrases

    @cached_property
    def sample(self) -> Sample:
        """Phrases of the corpus, drawn again, with what is counted in them."""
        places = sample_places(self.phrases.recipe, self.subject.count)
        block = self.phrases.draw(self.subject.seeds(places))
        return measure(block, self.phrases.recipe.vocabulary)

    @property
    def sampled(self) -> str:
        """What the sample is, in words."""
        drawn, count = len(self.sample.block), self.subject.count
        what = f"{drawn:,} phrases, {self.sample.symbols:,} symbols"
        return f"all {what}" if drawn == count else f"a sample of {what}, evenly spread over the corpus"

    @property
    def entropy(self) -> float:
        """Bits a symbol, by the law."""
        return self.phrases.law.entropy

    @cached_property
    def entropy_estimate(self) -> float:
        """Bits of a single symbol, estimated from the sample."""
        return entropy_estimate(self.sample.counts)

    @property
    def independent(self) -> bool:
        """Whether the law draws symbols independently of each other."""
        return probabilities_of(self.phrases.law) is not None

    @cached_property
    def duplicates_expected(self) -> str:
        """How many of the drawn seeds are expected to repeat a phrase, in words."""
        manifest = self.subject.manifest
        if manifest is None:
            return ""
        space = Space(self.phrases)
        if space.injective:
            return "none: no two seeds give the same phrase"
        expected = max(manifest.drawn - space.expected_distinct(manifest.drawn), 0.0)
        if expected < _FEW:
            return f"less than {_FEW}"
        shown = f"{expected:,.0f}" if expected >= 100 else f"{expected:.3g}"
        return shown if space.in_closed_form else f"at most {shown}"

    def lengths_chart(self, name: str) -> str:
        """Return the histogram of lengths beside the length law's expectation."""
        manifest = self.subject.manifest
        counted = manifest.length_histogram if manifest else Statistics.of_lengths(self.sample.block.lengths).lengths
        total = sum(counted.values())
        if not total:
            return ""
        law = {} if self.phrases.law.decides_lengths else self.phrases.recipe.length_probabilities()
        ends = min(counted), max(counted)
        expected = {
            length: share * total
            for length, share in law.items()
            if ends[0] <= length <= ends[1] or share * total >= _FEW_PHRASES
        }
        return lengths_chart(name, counted, expected)

    def ranks_chart(self, name: str) -> str:
        """Return the share of each word by its rank, in the sample and by the law."""
        shares = self.sample.counts / max(self.sample.symbols, 1)
        series = [Series("sample", rank_points(shares), "dots")]
        probabilities = probabilities_of(self.phrases.law)
        if probabilities is not None:
            series.append(Series("law", rank_points(probabilities), "line"))
        axes = Axis("rank of the word", log=True), Axis(log=True, share=True)
        return chart(name, "frequency of words by their rank", series, *axes)

    def growth_chart(self, name: str) -> str:
        """Return the number of distinct words by the number of words read."""
        series = [Series("sample", growth_points(self.sample.firsts, self.sample.symbols), "dots")]
        probabilities = probabilities_of(self.phrases.law)
        if probabilities is not None:
            series.append(Series("expected by the law", expected_growth(probabilities, self.sample.symbols), "line"))
        axes = Axis("words read", log=True), Axis(log=True)
        return chart(name, "distinct words by words read", series, *axes)
