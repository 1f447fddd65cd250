"""The report of a corpus: one HTML file with embedded charts, which loads no other file."""

import html
from collections.abc import Iterable, Sequence

from hyperphrase.corpus.manifest import Manifest
from hyperphrase.corpus.shard_table import bytes_in
from hyperphrase.corpus.statistics import rank_rows
from hyperphrase.formatting import format_bytes

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 860, 240, 70, 34  # pixels of a chart and of its margins
_MOST_BARS = 200
_MOST_SHARDS = 100
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 900px; margin: 2em auto; padding: 0 1em; color: #1c2330; }
h1 { font-size: 1.6em } h2 { font-size: 1.15em; margin-top: 2em }
table { border-collapse: collapse } td, th { padding: .15em 1em .15em 0; text-align: left; vertical-align: top }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums } code { font-size: .92em; overflow-wrap: anywhere }
svg { width: 100%; height: auto } rect { fill: #3a6ea5 } rect:hover { fill: #d1495b }
text { font: 11px system-ui, sans-serif; fill: #556 } line { stroke: #dde } .note { color: #556 }
"""


def render(manifest: Manifest, ranks: Sequence[int], entropy: float) -> str:
    """Return the report as HTML.

    ranks: symbols in each bin of frequency rank, as in the statistics; empty if none were drawn. entropy: that of the
    law, in bits for each symbol.
    """
    title = f"{manifest.kept:,} phrases, {manifest.symbols:,} symbols"
    body = [
        f"<h1>hyperphrase corpus: {title}</h1>",
        table(("", ""), _facts(manifest, entropy)),
        "<h2>Phrase lengths</h2><p class=note>phrases by number of symbols</p>",
        _bars(_length_bars(manifest.length_histogram)),
    ]
    if ranks:
        note = "<p class=note>share of all symbols; each bar doubles the ranks</p>"
        body += [f"<h2>Symbols by frequency rank</h2>{note}", _bars(_rank_bars(ranks, manifest.recipe.vocabulary))]
    body += ["<h2>Shards</h2>", _shards(manifest)]
    head = f'<meta charset="utf-8"><title>hyperphrase: {title}</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{"".join(body)}</body></html>\n'


def _facts(manifest: Manifest, entropy: float) -> list[tuple[str, str]]:
    floor = entropy * manifest.symbols / 8
    rows = [
        ("law", str(manifest.recipe.law)),
        ("lengths", str(manifest.recipe.lengths)),
        ("lexicon", f"{manifest.lexicon}, {manifest.recipe.vocabulary:,} hyperwords"),
        ("key", str(manifest.recipe.key)),
        ("seeds", f"{manifest.first_seed:,} to {manifest.stop_seed - 1:,}"),
        ("drawn = kept + dropped", f"{manifest.drawn:,} = {manifest.kept:,} + {manifest.dropped.count:,}"),
        ("entropy of the law", f"{entropy:.2f} bits a symbol: no file of its symbols is below {format_bytes(floor)}"),
        ("recipe digest", manifest.recipe.digest),
    ]
    for output in manifest.outputs:
        total = bytes_in(manifest.shards_of(output))
        each = total / max(manifest.symbols, 1)
        rows.append((f"{output.format}, {output.compression}", f"{format_bytes(total)}, {each:.2f} bytes a symbol"))
    return rows


def _shards(manifest: Manifest) -> str:
    if not manifest.shards:
        return "<p>None: the manifest is the corpus; every phrase can be made again from it.</p>"
    rows = [
        (shard.name, f"{shard.phrases:,}", f"{shard.symbols:,}", f"{shard.bytes:,}", f"{shard.crc32c:08x}")
        for shard in manifest.shards[:_MOST_SHARDS]
    ]
    more = len(manifest.shards) - len(rows)
    note = f"<p class=note>and {more:,} more</p>" if more else ""
    return table(("name", "phrases", "symbols", "bytes", "crc32c"), rows, numbers=True) + note


def table(header: Sequence[str], rows: Iterable[Sequence[str]], numbers: bool = False) -> str:
    """Return an HTML table of texts. numbers: whether all columns but the first are numbers."""

    def cells(row: Sequence[str], tag: str) -> str:
        kind = [" class=n" if numbers and i else "" for i in range(len(row))]
        return "".join(f"<{tag}{k}>{html.escape(cell)}</{tag}>" for k, cell in zip(kind, row, strict=True))

    head = f"<tr>{cells(header, 'th')}</tr>" if any(header) else ""
    return "<table>" + head + "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows) + "</table>"


def _length_bars(histogram: dict[int, int]) -> list[tuple[str, float, str]]:
    """Return (label, value, tooltip) of each bar; if there are many lengths, a bar covers several."""
    if not histogram:
        return []
    first, last = min(histogram), max(histogram)
    step = -(-(last - first + 1) // _MOST_BARS)
    bars = []
    for start in range(first, last + 1, step):
        count = sum(histogram.get(length, 0) for length in range(start, start + step))
        label = str(start) if step == 1 else f"{start} to {start + step - 1}"
        bars.append((str(start), float(count), f"{label} symbols: {count:,} phrases"))
    return bars


def _rank_bars(ranks: Sequence[int], vocabulary: int) -> list[tuple[str, float, str]]:
    total = max(sum(ranks), 1)
    return [
        (str(first), count / total, f"ranks {first:,} to {last:,}: {count:,} symbols, {count / total:.2%}")
        for first, last, count in rank_rows(ranks, vocabulary)
    ]


def _bars(bars: Sequence[tuple[str, float, str]]) -> str:
    """Draw (label, value, tooltip) as an SVG bar chart."""
    if not bars:
        return "<p>Nothing to show: the corpus is empty.</p>"
    top = max(value for _, value, _ in bars) or 1.0
    plot_width, plot_height = _WIDTH - _LEFT, _HEIGHT - _BOTTOM
    step = plot_width / len(bars)
    every = -(-len(bars) // 12)  # at most twelve labels below the axis
    parts = []
    for share in (0.0, 0.5, 1.0):
        y = plot_height - share * (plot_height - 12)
        label = f"{share * top:,.0f}" if top > 1 else f"{share * top:.1%}"
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    for i, (label, value, tooltip) in enumerate(bars):
        x, height = _LEFT + i * step, value / top * (plot_height - 12)
        parts.append(
            f'<rect x="{x:.1f}" y="{plot_height - height:.1f}" width="{max(step - 1, 0.8):.1f}" '
            f'height="{height:.1f}"><title>{html.escape(tooltip)}</title></rect>'
        )
        if i % every == 0:
            parts.append(f'<text x="{x + step / 2:.1f}" y="{plot_height + 16}" text-anchor="middle">{label}</text>')
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">{"".join(parts)}</svg>'
