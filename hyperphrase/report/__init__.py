"""What people look at: the report of a corpus, one HTML file with its pictures inside."""

from hyperphrase.report.page import render

__all__ = ["render"]
