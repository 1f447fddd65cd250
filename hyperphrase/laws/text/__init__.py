"""Laws learned from text or written as a grammar: word n-grams (``markov``), sentences (``template``)."""
