"""Laws that are learned from text, or written as a grammar.

``markov`` draws by counts of n words in a row in a user's text; ``template`` draws sentences of a context-free grammar,
by default the one of the lexicon's language among ``grammars/``, which ``shipped_grammars`` reads. ``markov_model``,
``template_grammar`` and ``template_tables`` make the tables that they draw from.
"""
