"""``python -m benchmarks.semantics``: how much phrases mean and how grammatical they are, law by law, beside real text.

``phrase_sets`` draws phrases by laws and cuts passages from real text; ``measures`` compares their words' vectors;
``sentences`` asks an independent parser, ``agreement`` an independent morphological dictionary of Russian; ``theory``
compares ``loglinear`` with what its paper says.
"""
