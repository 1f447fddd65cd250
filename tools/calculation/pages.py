"""The pages, as the measurements make them: templates of jinja2 in this folder, filled with figures and words."""

import functools
import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.calculation.inference import inference_figures
from tools.calculation.plan_tables import plan_figures
from tools.calculation.russian_wording import FILTERS as RUSSIAN_FILTERS
from tools.calculation.tokens import token_figures
from tools.calculation.verdicts import verdicts
from tools.calculation.wording import FILTERS

if TYPE_CHECKING:
    import jinja2

ROOT = Path(__file__).parents[2]
PAGE, RUSSIAN = ROOT / "docs" / "calculation.md", ROOT / "README.ru.md"
_WIDTH = 120
_made = re.compile("(?<=<!-- calculation: made by python -m tools.calculation -->\n).*?(?=<!-- /calculation -->)", re.S)


def pages(data: dict[str, Any]) -> dict[Path, str]:
    """Return the text of each page by its path: docs/calculation.md whole, README.ru.md with its figures made anew."""
    figures = {
        **data,
        "tokens": token_figures(data["runs"]["tokens"]),
        "inference": inference_figures(data["runs"]["inference"], data["check"]),
        "plans": plan_figures(data["runs"]["plans"]),
    }
    figures |= {"verdicts": verdicts(figures), "busy": data["load"] > int(data["machine"]["cores"]) + 1}
    russian = wrapped(_templates().get_template("russian.md.j2").render(figures))
    return {
        PAGE: wrapped(_templates().get_template("page.md.j2").render(figures)),
        RUSSIAN: _made.sub(lambda _: russian, RUSSIAN.read_text(encoding="utf-8")),
    }


def wrapped(text: str) -> str:
    """Return Markdown with paragraphs and items of lists broken at 120 characters; tables, code and headings stay."""
    made: list[str] = []
    for block in re.split(r"(```.*?```)", text, flags=re.S):
        made += [block] if block.startswith("```") else [_paragraphs(block)]
    return re.sub("\n{3,}", "\n\n", "".join(made)).strip() + "\n"


def _paragraphs(text: str) -> str:
    """Return text without blocks of code, broken into lines."""
    return "\n\n".join(_broken(part) for part in re.split("\n\n+", text))


def _broken(part: str) -> str:
    """Return a paragraph or a list broken into lines; what is a table, a heading or a mark stays as it is."""
    if part.lstrip().startswith(("|", "#", "<!--")):
        return part
    items = re.split(r"\n(?=\* )", part)
    return "\n".join(_filled(item, "  " if item.startswith("* ") else "") for item in items)


def _filled(text: str, indent: str) -> str:
    if not text.strip():
        return text
    joined = " ".join(text.split("\n")) if "\n" in text.strip() else text.strip()
    words = re.sub(" +", " ", joined).strip()
    return textwrap.fill(words, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


@functools.cache
def _templates() -> "jinja2.Environment":
    import jinja2

    environment = jinja2.Environment(  # noqa: S701  # Markdown of our own figures, no HTML
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS | RUSSIAN_FILTERS)
    return environment
