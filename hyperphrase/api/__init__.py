"""The public interface to corpora: make, open, verify and plot one.

``import hyperphrase`` exports these names. This wing may import all others. Only ``make_corpus``, and opening a corpus
in a bucket, import the Beam program, when they are called.
"""

from hyperphrase.api.corpus import Corpus
from hyperphrase.api.making import make_corpus
from hyperphrase.api.plots import Plot, plot
from hyperphrase.api.verification import check_corpus, problems

__all__ = ["Corpus", "Plot", "check_corpus", "make_corpus", "plot", "problems"]
