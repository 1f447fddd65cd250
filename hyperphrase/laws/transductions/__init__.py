"""Laws of some tokens and a function of them: copied, reversed, sorted, a set, a union, a deletion."""
