"""What people look at: the report of a corpus, or of two side by side, and the gallery of all laws.

Each is one HTML file that loads nothing else.

``subject`` is what a report is about, a complete corpus or an unfinished one. ``sample`` measures phrases drawn again,
``figures`` puts what the recipe expects beside that, ``histograms`` and ``charts`` draw it. ``shown_phrases``,
``pairs`` and ``neighbours`` show phrases. ``page`` joins all of it by ``templates``, and ``summary`` is the short table
of notebooks. ``gallery`` makes a card of each law, with the settings in ``gallery_recipes`` and the coloured cells of
``gallery_cells``.
"""

from hyperphrase.report.figures import Figures
from hyperphrase.report.page import Command, measured, render
from hyperphrase.report.subject import Subject, of_corpus, of_unfinished
from hyperphrase.report.templates import MARK

__all__ = ["MARK", "Command", "Figures", "Subject", "measured", "of_corpus", "of_unfinished", "render"]
