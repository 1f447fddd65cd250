"""DuckDB: one SQL statement draws, makes lists, drops repetitions and writes Parquet; all cores."""

import duckdb
import numpy as np

from benchmarks.peers.alias import alias_table, zipf_weights
from benchmarks.work import Order, Work, read_order

# a random point of [0, V): its whole part is the column of the alias table, its fraction the coin
_POINTS = "list_transform(range(length), lambda i: random() * {vocabulary})"
_UNIFORM = "floor(point)::UINTEGER"
_ZIPF = """
    CASE WHEN point - floor(point) < chances[floor(point)::INTEGER + 1]
    THEN floor(point)::UINTEGER ELSE others[floor(point)::INTEGER + 1] END
"""


def main(order: Order) -> None:
    """Do the work."""
    database, work = duckdb.connect(), order.work
    database.execute(f"SET threads={order.workers}")
    database.execute("SET preserve_insertion_order=false")
    length = f"{work.shortest} + floor(random() * {work.longest - work.shortest + 1})::INTEGER"
    # a table, since only tables are read by all threads
    database.execute(f"CREATE TABLE phrases AS SELECT {length} AS length FROM range({work.phrases})")  # noqa: S608
    sources, symbol = "phrases", _UNIFORM
    if work.law == "zipf":
        _make_table(database, work)
        sources, symbol = "phrases, law", _ZIPF
    ids = f"list_transform({_POINTS.format(vocabulary=work.vocabulary)}, lambda point: {symbol})"
    database.execute(
        f"COPY (SELECT DISTINCT {ids} AS ids FROM {sources}) "  # noqa: S608  # all words are our own
        f"TO '{order.output / 'phrases.parquet'}' (FORMAT parquet, COMPRESSION uncompressed)"
    )


def _make_table(database: duckdb.DuckDBPyConnection, work: Work) -> None:
    """Make table ``law`` of one row: the alias table as two lists, which SQL can index."""
    chances, others = alias_table(zipf_weights(work.vocabulary))
    columns = {"place": np.arange(work.vocabulary), "chance": chances, "other": others}
    database.register("columns", columns)
    database.execute(
        "CREATE TABLE law AS SELECT list(chance ORDER BY place) AS chances, list(other ORDER BY place) AS others "
        "FROM columns"
    )


if __name__ == "__main__":
    main(read_order(__doc__))
