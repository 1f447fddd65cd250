"""Laws of some tokens, a separator, and a function of the tokens. The tokens are drawn, the rest follows.

``tasks`` has the functions: copy, reverse, sort, set, union, deletion. ``base`` has what they share.
"""
