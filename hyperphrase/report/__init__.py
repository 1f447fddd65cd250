"""The report of a corpus for human readers: one HTML file with charts, generated from the manifest and statistics."""

from hyperphrase.report.page import render

__all__ = ["render"]
