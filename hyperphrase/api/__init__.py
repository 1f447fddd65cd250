"""The public face of the package: open a corpus, verify it, make one.

``import hyperphrase`` hands these names on. All other wings are below this one. Only ``make_corpus``, and corpora in
buckets, load the Beam program, when they are called.
"""

from hyperphrase.api.corpus import Corpus
from hyperphrase.api.making import make_corpus
from hyperphrase.api.verification import check_corpus, problems

__all__ = ["Corpus", "check_corpus", "make_corpus", "problems"]
