"""What a language model pays for a vocabulary, and what it gains by fewer tokens.

``token_counts`` counts the same text as hyperwords and as the tokens of language models.
"""

from hyperphrase.costs.token_counts import TokenCounts, answer, count_passages, phrase_passages, text_passages

__all__ = ["TokenCounts", "answer", "count_passages", "phrase_passages", "text_passages"]
