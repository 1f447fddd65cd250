"""The page of a plan: the whole calculation for a corpus, with charts, as one HTML file that loads no other."""

from collections.abc import Iterator, Sequence
from typing import Literal

from hyperphrase.formatting import format_bytes
from hyperphrase.planning.calculation import Calculation
from hyperphrase.planning.tables import Table, answer
from hyperphrase.report.charts import Axis, Bar, Points, Series, bars, chart
from hyperphrase.report.templates import fill


def plan_page(found: Calculation, tables: Sequence[Table]) -> str:
    """Return the page. tables: those of ``found``, with those of machines if there are any."""
    return fill(
        "plan.html.j2",
        title=f"a plan of {found.recipe.phrases:,.0f} phrases",
        answer=answer(found),
        charts=list(_charts(found)),
        tables=[(table, _numbers(table)) for table in tables],
        notes=found.recipe.notes,
    )


def _numbers(table: Table) -> list[bool]:
    """Tell for each column whether all cells below the head are numbers, or empty."""
    below = table.rows[1:] if table.head else table.rows
    return [all(not row[i] or row[i][0].isdigit() for row in below) for i in range(len(table.rows[0]))]


def _charts(found: Calculation) -> Iterator[tuple[str, str, str]]:
    """Yield (heading, what it shows, SVG) of each chart."""
    floor = found.entropy.floor_bytes
    rows = [Bar(f"{row.format}, {row.compression}", row.bytes, row.low, row.high) for row in found.bytes]
    rows.append(Bar("the entropy's floor", floor, floor, floor))
    yield (
        "Bytes of each format",
        f"The floor is {format_bytes(floor)}. The mark at the end of a bar is its 95% interval.",
        bars("bytes", "bytes of each format beside the floor", rows),
    )
    sizes = [(float(row.length), row.log10_phrases) for row in found.space.by_length]
    here = found.space.log10_phrases + found.sampling.log10_fraction
    series = [
        Series("that exist", sizes, _kind(sizes)),
        Series("in this corpus", [(x, here) for x, _ in sizes], _kind(sizes)),
    ]
    yield (
        "Phrases by length",
        "How many phrases of a length there are, as the power of ten: 100 stands for 1 and a hundred zeros.",
        chart("space", "decimal logarithm of the number of phrases by their length", series, Axis("symbols"), Axis()),
    )
    if found.time is not None:
        points = [(float(number), seconds) for number, seconds in found.time.by_workers()]
        axes = Axis("machines", log=True), Axis(log=True)
        yield (
            "Time by number of machines",
            f"Seconds on machines like {found.time.fleet.machine.name}, without their start.",
            chart("time", "seconds by number of machines", [Series("seconds", points, "line")], *axes),
        )


def _kind(points: Points) -> Literal["line", "dots"]:
    return "line" if len(points) > 1 else "dots"
