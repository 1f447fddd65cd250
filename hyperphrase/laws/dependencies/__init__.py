"""Laws of dependencies between symbols: pairs that nest, cross or mix, repetition, brackets."""
