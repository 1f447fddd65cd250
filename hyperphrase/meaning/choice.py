"""Choose phrases that are near to a meaning and differ from each other, within a budget.

Source: maximal marginal relevance, J. Carbonell and J. Goldstein, "The use of MMR, diversity-based reranking for
reordering documents and producing summaries", SIGIR 1998; diversity is their 1 - lambda.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hyperphrase.meaning.nearest import cosines


def choose(
    relevance: NDArray[np.float64],
    vectors: NDArray[np.int8],
    cost: Callable[[int], int],
    budget: int,
    *,
    diversity: float,
    most: int,
) -> list[int]:
    """Return the chosen rows, in the order of the choice: at most ``most``, whose costs add up to at most ``budget``.

    The next row is the one with the largest (1 - diversity) relevance - diversity c among those that still fit; c is
    its largest cosine with a chosen row, 0 at first. Ties go to the lower row. Costs are asked for only when needed.

    relevance: shape (n,), the cosine of each row of ``vectors``, (n, d), with the query. diversity: from 0 to 1.
    """
    chosen: list[int] = []
    score = (1.0 - diversity) * relevance
    nearest_chosen = np.full(len(relevance), -np.inf)
    left = np.ones(len(relevance), bool)
    while len(chosen) < most and left.any():
        row = int(np.argmax(np.where(left, score, -np.inf)))
        left[row] = False  # chosen, or too large from now on: the budget only shrinks
        if cost(row) > budget:
            continue
        budget -= cost(row)
        chosen.append(row)
        nearest_chosen = np.maximum(nearest_chosen, cosines(vectors[row], vectors))
        score = (1.0 - diversity) * relevance - diversity * nearest_chosen
    return chosen
