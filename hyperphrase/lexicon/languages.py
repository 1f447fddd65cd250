"""The language of a lexicon, by which grammars and vectors are chosen."""


def language_of(lexicon: str) -> str:
    """Return the language of the lexicon of this name: ``russian`` if it says so, else ``english``."""
    return "russian" if lexicon.partition(":")[0] == "russian" else "english"
