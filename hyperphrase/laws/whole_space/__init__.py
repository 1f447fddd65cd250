"""Laws that number the whole space V^L, so that no phrase comes twice: in order, or permuted."""
