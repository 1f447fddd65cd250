"""Results for people: a table in Markdown and a plot in SVG and PNG."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.contestants import PROJECT
from benchmarks.results import MEGA, Entry, Results, Spread
from benchmarks.work import LAWS

_OURS, _THEIRS = "#c2410c", "#64748b"


def render(results: Results, path: Path) -> list[Path]:
    """Write table and plot beside ``path``, which names the JSON; return the files written."""
    return write_files(path, document(results, path.stem), lambda files: _plot(results, files))


def write_files(path: Path, lines: Iterable[str], plot: Callable[[Sequence[Path]], None]) -> list[Path]:
    """Write ``lines`` and what ``plot`` draws beside ``path``; return the files written."""
    files = [path.with_suffix(suffix) for suffix in (".md", ".svg", ".png")]
    files[0].write_text("\n".join(lines) + "\n")
    plot(files[1:])
    return files


def document(results: Results, name: str) -> Iterator[str]:
    """Yield the lines of the document: a table for each law, the machine, the versions."""
    repeats = min(len(entry.runs) for entry in results.entries)
    yield f"# Results: {name}"
    yield ""
    yield f"`{results.command}`, {results.begun}: {repeats} repeats, in turn, each a whole process with its start."
    yield f"{results.workers} workers or threads where a program can. README.md, one folder up, says how to read it."
    yield ""
    yield f"![M symbols/s and MB/s]({name}.svg)"
    for law in LAWS:
        entries = [entry for entry in results.entries if entry.law in (law, None)]
        if any(entry.law for entry in entries):
            yield from ("", f"## {law.capitalize()}", "")
            yield from markdown(table(entries))
    for title, facts in (("Machine", results.machine), ("Versions", results.versions)):
        yield from facts_section(title, facts)


def table(entries: Sequence[Entry]) -> list[list[str]]:
    """Return the rows of the table, header first; its last columns say how many times as fast each of ours is."""
    ours = [entry for entry in entries if entry.program == PROJECT]
    header = ["program", "makes", "writes", "M symbols/s", "MB/s", "seconds", "CPU s", "peak MB"]
    rows = [header + [f"{PROJECT} with {our.size} is" for our in ours]]
    for entry in entries:
        rate = entry.symbol_rate()
        costs = [[run.seconds for run in entry.runs], [run.cpu_seconds for run in entry.runs]]
        rows.append(
            [
                *(entry.program, entry.size, entry.writes),
                "" if rate is None else spread_text(rate),
                spread_text(entry.byte_rate()),
                *(f"{Spread.of(cost).median:.1f}" for cost in costs),
                f"{max(run.peak_bytes for run in entry.runs) / MEGA:,.0f}",
                *(f"{number_text(entry.times_slower(our))} x" for our in ours),
            ]
        )
    return rows


def markdown(rows: Sequence[Sequence[str]], words: int = 3) -> Iterator[str]:
    """Yield ``rows`` as a Markdown table; the first ``words`` columns are words, all others numbers."""
    for place, row in enumerate(rows):
        yield f"| {' | '.join(row)} |"
        if place == 0:
            yield "|" + "---|" * words + "--:|" * (len(row) - words)


def facts_section(title: str, facts: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of a section that lists ``facts``."""
    yield from ("", f"## {title}", "", ", ".join(f"{key} {value}" for key, value in facts.items()))


def spread_text(spread: Spread) -> str:
    """Return the median, and in brackets the least and the most."""
    return f"{number_text(spread.median)} ({number_text(spread.least)}, {number_text(spread.most)})"


def number_text(value: float) -> str:
    """Return ``value`` with three digits or more."""
    return f"{value:,.{0 if value >= 100 else 1 if value >= 10 else 2}f}"


def _plot(results: Results, files: Sequence[Path]) -> None:
    entries = results.entries
    labels = [", ".join(filter(None, (entry.program, entry.size, entry.law))) for entry in entries]
    rates: dict[str, Sequence[Spread | None]] = {
        "M symbols/s": [entry.symbol_rate() for entry in entries],
        "MB/s": [entry.byte_rate() for entry in entries],
    }
    plot_bars(labels, rates, files)


def plot_bars(labels: Sequence[str], panels: Mapping[str, Sequence[Spread | None]], files: Sequence[Path]) -> None:
    """Draw a panel of bars for each unit, with the least and the most as whiskers; write it to each of ``files``.

    labels: of the bars, from the top; those of the project begin with its name.
    """
    import matplotlib

    matplotlib.use("agg")
    matplotlib.rcParams["svg.hashsalt"] = PROJECT  # the same file for the same results
    from matplotlib import pyplot

    size = (12, 1 + 0.3 * len(labels))
    figure, axes = pyplot.subplots(1, len(panels), figsize=size, sharey=True, layout="constrained", squeeze=False)
    for panel, (unit, spreads) in zip(axes[0], panels.items(), strict=True):
        for place, (label, spread) in enumerate(zip(labels, spreads, strict=True)):
            if spread is not None:
                whiskers = [[spread.median - spread.least], [spread.most - spread.median]]
                colour = _OURS if label.startswith(PROJECT) else _THEIRS
                panel.barh(place, spread.median, color=colour, xerr=whiskers, capsize=2)
                panel.annotate(f" {spread.median:,.3g}", (spread.most, place), va="center", fontsize=8)
        panel.set_xscale("log")
        panel.margins(x=0.15)
        panel.set_xlabel(f"{unit} (median, least and most; logarithmic)")
    axes[0][0].set_yticks(range(len(labels)), labels)
    axes[0][0].invert_yaxis()
    for file in files:
        figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None, dpi=120)
    pyplot.close(figure)
