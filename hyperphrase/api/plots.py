"""Plot a corpus, a recipe or a manifest: a chart that notebooks show, and that is saved as SVG."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hyperphrase.api.corpus import Corpus
from hyperphrase.corpus.manifest import Manifest
from hyperphrase.errors import InputError
from hyperphrase.given_paths import given_path
from hyperphrase.phrases.recipe import Recipe


@dataclass(frozen=True, repr=False)
class Plot:
    """A chart. what: as given to :func:`plot`. svg: the text of a file with its own style, light or dark."""

    what: str
    svg: str

    def __repr__(self) -> str:
        return f"Plot({self.what!r})"

    def _repr_svg_(self) -> str:
        """Return the chart for notebooks."""
        return self.svg

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the chart as the local file ``path``, which ends with ``.svg``. Raises InputError."""
        name = given_path(path, "path")
        if not name.endswith(".svg"):
            raise InputError("is no name of an SVG file; give one that ends with .svg", field="path", value=name)
        try:
            Path(name).write_text(self.svg, encoding="utf-8")
        except OSError as error:
            raise InputError(f"cannot be written: {error.strerror}", field="path", value=name) from error


def plot(shown: Corpus | Recipe | Manifest, what: str = "lengths") -> Plot:
    """Return a chart of a corpus, a recipe or a manifest.

    what: ``lengths``, phrases by their length: those of a corpus beside what its length law expects, those of a
    manifest, or the probabilities of a recipe. Of a corpus also ``ranks``, the share of each word by its rank, and
    ``growth``, distinct words by words read, of a sample of about a million symbols at most, beside the law's own curve
    if its symbols are independent. Raises InputError.

    >>> from hyperphrase import Corpus, Lexicon, Recipe, plot
    >>> lexicon = Lexicon.load("synthetic", vocabulary=1000)
    >>> recipe = Recipe.create("zipf:s=1.0", lengths="uniform:min=10,max=90", lexicon=lexicon)
    >>> corpus = Corpus.virtual(recipe, lexicon, seeds=(0, 1000))
    >>> [each.svg[:4] for each in (plot(recipe), plot(corpus.manifest), plot(corpus), plot(corpus, "ranks"))]
    ['<svg', '<svg', '<svg', '<svg']
    """
    charts = _charts(shown)
    if what not in charts:
        more = "" if isinstance(shown, Corpus) else "; a corpus has more"
        raise InputError(
            f"allowed for this {type(shown).__name__} are {', '.join(charts)}{more}", field="what", value=what
        )
    from hyperphrase.report.charts import standalone  # imports libraries that only charts need

    return Plot(what, standalone(charts[what]("plot")))


def _charts(shown: Corpus | Recipe | Manifest) -> dict[str, Callable[[str], str]]:
    """Return the charts that there are: what each shows, and a function of its name that draws it."""
    from hyperphrase.report import Figures, of_corpus
    from hyperphrase.report.histograms import lengths_chart, probabilities_chart

    if isinstance(shown, Recipe):
        return {"lengths": lambda name: probabilities_chart(name, shown.length_probabilities())}
    if isinstance(shown, Manifest):
        return {"lengths": lambda name: lengths_chart(name, shown.length_histogram)}
    if isinstance(shown, Corpus):
        found = Figures(of_corpus(shown), shown.phrases)
        return {"lengths": found.lengths_chart, "ranks": found.ranks_chart, "growth": found.growth_chart}
    raise InputError("give a Corpus, a Recipe or a Manifest", field="shown", value=type(shown).__name__)
