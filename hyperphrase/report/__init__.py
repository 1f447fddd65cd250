"""The report of a corpus: one HTML file with its pictures inside, for people to look at.

It is made from the manifest and the statistics alone; no program reads it.
"""

from hyperphrase.report.page import render

__all__ = ["render"]
