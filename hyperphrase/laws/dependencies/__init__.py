"""Laws of dependencies between symbols: pairs that nest or cross, brackets, repetition.

``nest``, ``cross``, ``mix`` and ``flat`` draw pairs of words (``word_pairs`` has what they share), ``dyck`` and
``shuffle_dyck`` brackets, ``repetition`` words that come again.
"""
