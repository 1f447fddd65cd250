"""Laws by which what came before makes the next symbol: a Pitman-Yor process, cellular automata."""
