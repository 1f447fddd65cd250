"""A hook of mkdocs: what pages of docs/ link to elsewhere in the repository is part of the site, below ``repository/``.

Pages keep the relative links that work in a checkout, such as ``../examples/README.md``. A linked folder stands for its
``README.md``. Linked pages are followed in turn; any other text is shown as a page of code. A page that would load
something from elsewhere is a warning, and so an error of a strict build.
"""

import logging
import os
import re
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
CODE = {".py": "python", ".sh": "sh", ".yaml": "yaml", ".json": "json", ".toml": "toml"}
PICTURES = (".png", ".svg")
FENCED = re.compile(r"^(```.*?^```$)", re.MULTILINE | re.DOTALL)
LOADED = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*(?:src|href)=["']?(?:https?:)?//[^\s"'>]+""")
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)\s#]+)(#[^)\s]*)?(?=\))")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what pages link to, and what that links to, to the files of the site."""
    waiting, seen = [f"docs/{page.src_uri}" for page in files.documentation_pages()], {"README.md"}
    files.append(_file("README.md", config))  # so that its links are checked
    waiting += seen
    while waiting:
        for linked in _linked(waiting.pop()):
            if linked in seen or linked.startswith("docs/") or not (ROOT / linked).is_file():
                continue
            seen.add(linked)
            files.append(_file(linked, config))
            waiting += [linked] if linked.endswith(".md") else []
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Let the links of a page lead to where the site has their files."""
    place = page.file.src_uri
    source = place.removeprefix("repository/") if place.startswith("repository/") else f"docs/{place}"
    pieces = FENCED.split(markdown)
    pieces[::2] = [LINK.sub(lambda link: _to_site(link, source, place), piece) for piece in pieces[::2]]
    return "".join(pieces)


def on_post_page(output: str, page: Any, **_: Any) -> str:
    """Warn of what the page would load from elsewhere; what it only links to is no matter."""
    for found in LOADED.findall(output):
        logging.getLogger("mkdocs.plugins.site_links").warning("%s loads from elsewhere: %s", page.file.src_uri, found)
    return output


def place_in_site(path: str) -> str:
    """Return where the site has the file ``path`` of the repository, as the source of a page or as a file."""
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    return f"repository/{path}" + ("" if path.endswith((".md", *PICTURES)) else ".md")


def _linked(page: str) -> list[str]:
    """Return the files of the repository that a page links to."""
    outside = "".join(FENCED.split((ROOT / page).read_text(encoding="utf-8"))[::2])
    return [_resolved(link[1], page) for link in LINK.finditer(outside)]


def _resolved(link: str, page: str) -> str:
    path = os.path.normpath(PurePosixPath(page).parent / link)
    return f"{path}/README.md" if (ROOT / path / "README.md").is_file() else path


def _to_site(link: re.Match[str], source: str, place: str) -> str:
    path = _resolved(link[1], source)
    if not (ROOT / path).is_file():
        return link[0]  # mkdocs complains of it
    return os.path.relpath(place_in_site(path), PurePosixPath(place).parent) + (link[2] or "")


def _file(path: str, config: MkDocsConfig) -> File:
    """Return a file of the repository as one of the site: a page, a picture, or code on a page."""
    place = place_in_site(path)
    if path.endswith((".md", *PICTURES)):
        return File.generated(config, place, abs_src_path=str(ROOT / path))
    text = (ROOT / path).read_text(encoding="utf-8")
    language = CODE.get(PurePosixPath(path).suffix, "text")
    return File.generated(config, place, content=f"# {path}\n\n````{language}\n{text}````\n")
