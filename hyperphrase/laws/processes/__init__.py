"""Laws by which what came before makes the next symbol. Each keeps a state while it draws a phrase.

``pitman_yor`` repeats symbols the more, the more often they came; ``eca`` reads them from an elementary cellular
automaton.
"""
