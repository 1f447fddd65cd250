"""The templates of pages: jinja2's, in this folder. Everything that comes from a corpus is escaped.

``page.html.j2`` is what all pages share, ``style.css.j2`` their style, ``phrase_macros.html.j2`` how phrases are shown.
"""

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from hyperphrase.formatting import escape_controls

if TYPE_CHECKING:
    import jinja2

MARK = "<!doctype html><!-- a report of hyperphrase -->"  # how every page begins


def fill(name: str, **values: object) -> str:
    """Return the page that the template ``name`` makes of ``values``."""
    return _templates().get_template(name).render(mark=MARK, **values)


@functools.cache
def _templates() -> "jinja2.Environment":
    import jinja2  # only pages need it
    import markupsafe

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: escape_controls(value) if type(value) is str else value,
    )
    environment.filters["drawn"] = markupsafe.Markup  # for what pygal drew: it has no text of a corpus
    return environment
