"""The page of the commands says what the commands say."""

from tools import command_docs


def test_the_page_has_the_help_of_every_command():
    """``python -m tools.command_docs`` makes it so."""
    text = command_docs.DOCS.read_text(encoding="utf-8")
    assert command_docs.rendered(text) == text
