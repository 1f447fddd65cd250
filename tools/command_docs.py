"""Write the commands' help into docs/commands.md: ``python -m tools.command_docs``."""

import contextlib
import importlib
import io
import os
from pathlib import Path
from unittest import mock

from beam_pipeline.__main__ import COMMANDS

DOCS = Path(__file__).parents[1] / "docs" / "commands.md"
BEGIN = "## The commands\n"
BEAM = "All other options are passed to Beam:"
COLUMNS = "88"  # argparse breaks lines two columns before


def rendered(text: str) -> str:
    """Return the document ``text`` with all that follows its heading of the commands made anew."""
    before = text.partition(BEGIN)[0]
    return before + BEGIN + "".join(_section(name, what) for name, what in COMMANDS.items())


def _section(name: str, what: str) -> str:
    return f"\n### {name}\n\n{what[0].upper()}{what[1:]}.\n\n```text\n{help_of(name).rstrip()}\n```\n"


def help_of(name: str) -> str:
    """Return what ``hyperphrase NAME --help`` prints in a terminal of COLUMNS columns, but for Beam's own options."""
    printed, command = io.StringIO(), importlib.import_module(f"beam_pipeline.{name}")
    with (
        mock.patch.dict(os.environ, {"COLUMNS": COLUMNS}),
        contextlib.redirect_stdout(printed),
        contextlib.suppress(SystemExit),  # with which argparse answers
    ):
        command.main(["--help"])
    own, beam, _ = printed.getvalue().partition(BEAM)
    return own + (f"{beam} hyperphrase {name} --help lists them" if beam else "")


if __name__ == "__main__":
    DOCS.write_text(rendered(DOCS.read_text(encoding="utf-8")), encoding="utf-8")
