"""``exhaustive`` as scripts do it: :func:`itertools.product`, which starts at the first phrase of a length."""

import itertools


def phrases(seed: int, count: int, length: int, vocabulary: int) -> list[list[int]]:
    """Return the first ``count`` phrases of ``length``; ``seed`` has no say."""
    return [list(phrase) for phrase in itertools.islice(itertools.product(range(vocabulary), repeat=length), count)]
