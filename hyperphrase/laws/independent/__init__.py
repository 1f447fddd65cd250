"""Laws whose symbols do not depend on each other. Each is a table of weights, one a hyperword.

``uniform`` weighs all alike, ``zipf`` by rank, ``lexicon`` by the words' own frequencies.
"""
