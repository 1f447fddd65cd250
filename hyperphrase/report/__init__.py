"""What people look at after a run: the report of a corpus, one HTML file.

``page`` draws it from the manifest and the statistics, with its charts inside and nothing loaded from elsewhere.
"""

from hyperphrase.report.page import render

__all__ = ["render"]
