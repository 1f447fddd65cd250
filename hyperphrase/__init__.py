"""hyperphrase: corpora of phrases that nobody wrote, each a pure function of (recipe, seed).

This package is the domain: numpy and numba only. It imports neither Apache Beam nor a cloud client.
"""

__version__ = "0.1.0"
