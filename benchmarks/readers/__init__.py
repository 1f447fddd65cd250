"""Readers that feed training, compared: the same contexts, of the same corpus, delivered in the same way.

A module of ``peers/`` is one reader: it makes its files of the corpus's tokens, and feeds batches from them. ``job``
is what it is asked for. ``measuring`` is the program that measures one reader, in processes of its own.
"""
