"""Laws of phrases that are about something.

``loglinear`` draws words near a point among the word vectors that slowly moves; ``discourse`` moves the point,
``word_spaces`` gives the vectors, ``softmax_tables`` and ``loglinear_draws`` draw the words. ``topics`` draws from a
few topics a phrase.
"""
