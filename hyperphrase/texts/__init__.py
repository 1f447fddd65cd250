"""Texts of people written with hyperwords, and the tokenizer of a lexicon.

``text_encoder`` turns a text into symbols and back, and loses nothing: ``encoding`` and ``decoding`` hold the kernels,
``code_tables`` the tables that they read, ``characters`` says which characters make a word. ``tokenizer_file`` writes
the files that ``transformers.AutoTokenizer`` loads; ``new_file`` writes files that appear when they are complete.
"""

from hyperphrase.texts.text_encoder import TextEncoder
from hyperphrase.texts.tokenizer_file import write_tokenizer

__all__ = ["TextEncoder", "write_tokenizer"]
