"""Laws that number the whole space V^L, so that no phrase comes twice. No deduplication is needed for them.

``exhaustive`` gives the phrases in order, ``permutation`` in an order that a key shuffles.
"""
