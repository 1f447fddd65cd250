"""Plain Python: random.choices draws, a set drops repetitions, a text file holds the ids; one core."""

import random
from itertools import accumulate

from benchmarks.work import Order, read_order


def main(order: Order) -> None:
    """Do the work."""
    work, rng = order.work, random.Random(0)  # noqa: S311  # no secrets here
    ids = range(work.vocabulary)
    weights = list(accumulate(1.0 / (rank + 1) for rank in ids)) if work.law == "zipf" else None
    seen: set[tuple[int, ...]] = set()
    with (order.output / "phrases.txt").open("w", encoding="ascii", buffering=1 << 20) as stream:
        for _ in range(work.phrases):
            length = rng.randint(work.shortest, work.longest)
            phrase = tuple(rng.choices(ids, cum_weights=weights, k=length))
            if phrase not in seen:
                seen.add(phrase)
                stream.write(" ".join(map(str, phrase)) + "\n")


if __name__ == "__main__":
    main(read_order(__doc__))
