"""Results for people: tables in Markdown and a plot in SVG and PNG."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.readers.contestants import OURS, READERS
from benchmarks.readers.measuring import COLD, WARM
from benchmarks.readers.results import Measured, Results
from benchmarks.rendering import facts_section, markdown, number_text, plot_bars, spread_text, write_files
from benchmarks.results import MEGA, Spread

Row = list[str]


def render(results: Results, path: Path) -> list[Path]:
    """Write tables and plot beside ``path``, which names the JSON; return the files written."""
    return write_files(path, document(results, path.stem), lambda files: _plot(results, files))


def document(results: Results, name: str) -> Iterator[str]:
    """Yield the lines of the document."""
    settings = results.settings
    yield f"# Results: {name}"
    yield ""
    for command in dict.fromkeys(one.command for one in results.measured):
        yield f"`{command}`, {min(one.begun for one in results.measured if one.command == command)}. "
    work = (
        f"{settings.phrases:,} phrases by Zipf's law over {settings.vocabulary:,} ids, runs of each: {settings.repeats}"
    )
    batch = f"{settings.batch_size} x {settings.length:,} ids, int32"
    yield f"{work}, batches of {batch}. In brackets: least and most. README.md, one folder up, says what is measured."
    yield ""
    yield f"![M tokens/s]({name}.svg)"
    sections = (
        ("Tokens, page cache warm (M/s)", _by_workers(results, lambda one: _spread(one.rate(WARM)))),
        ("Tokens, page cache cold (M/s)", _by_workers(results, lambda one: _spread(one.rate(COLD)))),
        ("Times as fast as each", _ratios(results)),
        ("From the import to the first batch, warm (s)", _by_workers(results, lambda one: _spread(one.first(WARM)))),
        ("From the import to the first batch, cold (s)", _by_workers(results, lambda one: _spread(one.first(COLD)))),
        ("From a state at 50% of an epoch to the next batch (s)", _by_workers(results, _resume)),
        ("Memory of all processes (MB; of it pages of mapped files; after the import)", _by_workers(results, _memory)),
        ("Files", _files(results)),
        ("Very many phrases", _manifests(results)),
    )
    for title, rows in sections:
        if len(rows) > 1:
            yield from ("", f"## {title}", "")
            yield from markdown(rows, words=1)
    versions = {name: version for one in results.measured for name, version in one.found["versions"].items()}
    yield from ("", "## Readers", "")
    yield from markdown([["reader", "reads", "order"], *([one.name, one.reads, one.order] for one in READERS)], words=3)
    for title, facts in (("Machine", results.machine), ("Versions", dict(sorted(versions.items())))):
        yield from facts_section(title, facts)


def _by_workers(results: Results, show: Callable[[Measured], str | None]) -> list[Row]:
    """Return a row for each reader and a column for each number of workers; without readers of which nothing shows."""
    columns = sorted({one.workers for one in results.measured})
    rows = [["reader", *map(_workers, columns)]]
    for reader in READERS:
        shown = {one.workers: show(one) for one in results.measured if one.reader == reader.name}
        if any(shown.values()):
            rows.append([reader.name, *(shown.get(workers) or "" for workers in columns)])
    return rows


def _ratios(results: Results) -> list[Row]:
    """Return how many times as fast ours are as each other, warm, the best number of workers of both."""
    best: dict[str, float] = {}
    for one in results.measured:
        if rate := one.rate(WARM):
            best[one.reader] = max(rate.median, best.get(one.reader, 0.0))
    ours = [reader.name for reader in READERS if reader.name in best and reader.name in OURS]
    rows = [["reader, with its best number of workers", "M tokens/s", *(f"{name} is" for name in ours)]]
    for reader in READERS:
        if reader.name in best:
            ratios = (f"{number_text(best[name] / best[reader.name])} x" for name in ours)
            rows.append([reader.name, number_text(best[reader.name]), *ratios])
    return rows if ours else rows[:1]


def _resume(one: Measured) -> str | None:
    if "resume" not in one.found:
        return None
    found = one.found["resume"]
    if found is None:
        return "none"
    if "error" in found:
        return "fails"
    return spread_text(Spread.of(found["seconds"])) + ("" if found["exact"] else ", not the same batch")


def _memory(one: Measured) -> str | None:
    memory, before = one.memory(), one.found["import_memory"]
    if memory is None:
        return None
    return f"{_mb(memory['all'])}; {_mb(memory['files'])}; {_mb(before['all'])}"


def _files(results: Results) -> list[Row]:
    rows = [["files", "seconds", "MB"]]
    return rows + [[one.what, f"{one.seconds:.1f}", _mb(one.bytes)] for one in results.prepared.values()]


def _manifests(results: Results) -> list[Row]:
    """Return a row for each part of the work, with seconds and memory for each manifest."""
    columns = [f"{runs[0]['phrases']:,} phrases, {runs[0]['shards']:,} shards" for runs in results.manifests]
    rows = [["part", *(f"{column}: {unit}" for column in columns for unit in ("s", "MB"))]]
    for part in results.manifests[0][0]["parts"] if results.manifests else ():
        row = [part]
        for runs in results.manifests:
            found = [run["parts"][part] for run in runs]
            row.append(spread_text(Spread.of([one["seconds"] for one in found])))
            row.append(_mb(max(one["memory"]["all"] for one in found)))
        rows.append(row)
    return rows


def _mb(size: int) -> str:
    return f"{size / MEGA:,.0f}"


def _spread(spread: Spread | None) -> str | None:
    return None if spread is None else spread_text(spread)


def _plot(results: Results, files: Sequence[Path]) -> None:
    shown = [one for reader in READERS for one in results.measured if one.reader == reader.name]
    labels = [f"{one.reader}, {_workers(one.workers)}" for one in shown]
    panels = {f"M tokens/s, {cache}": [one.rate(cache) for one in shown] for cache in (WARM, COLD)}
    plot_bars(labels, panels, files)


def _workers(count: int) -> str:
    return f"{count} worker{'' if count == 1 else 's'}"
