"""polars: frames of points are looked up in the alias table, made lists, and ``unique``; Parquet; all cores."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peers.alias import alias_table, zipf_weights
from benchmarks.work import Order, Work, read_order

if TYPE_CHECKING:
    import polars

PART = 20_000  # phrases drawn at a time; frames of a few MB are made faster than one of a GB


def main(order: Order) -> None:
    """Do the work."""
    os.environ["POLARS_MAX_THREADS"] = str(order.workers)  # read when polars is imported
    import polars as pl

    work = order.work
    symbol = id_of_point(work)
    with ThreadPoolExecutor(order.workers) as pool:
        parts = pool.map(lambda first: draw(work, first, symbol), range(0, work.phrases, PART))
        phrases = pl.concat(parts)
    phrases.unique(maintain_order=False).write_parquet(order.output / "phrases.parquet", compression="uncompressed")


def draw(work: Work, first: int, symbol: "polars.Expr") -> "polars.DataFrame":
    """Return phrases ``first`` to ``first + PART`` as column ``ids``; ``symbol`` is :func:`id_of_point`."""
    import polars as pl
    import pyarrow as pa

    rng = np.random.default_rng(first)
    lengths = rng.integers(work.shortest, work.longest + 1, min(PART, work.phrases - first))
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    points = pl.DataFrame({"point": rng.random(offsets[-1]) * work.vocabulary})
    ids = points.with_columns(column=pl.col("point").cast(pl.UInt32)).select(symbol).to_series()
    return pl.DataFrame({"ids": pl.from_arrow(pa.LargeListArray.from_arrays(offsets, ids.to_arrow()))})


def id_of_point(work: Work) -> "polars.Expr":
    """Return the expression that turns ``point`` of [0, V), whose whole part is ``column``, into an id."""
    import polars as pl

    column = pl.col("column")
    if work.law == "uniform":
        return column
    chances, others = (pl.lit(pl.Series(values)) for values in alias_table(zipf_weights(work.vocabulary)))
    return pl.when(pl.col("point") - column < chances.gather(column)).then(column).otherwise(others.gather(column))


if __name__ == "__main__":
    main(read_order(__doc__))
