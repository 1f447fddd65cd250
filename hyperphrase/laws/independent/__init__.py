"""Laws whose symbols do not depend on each other: uniform, Zipf, the lexicon's own frequencies."""
