"""Plain Python versions of the laws, the way published scripts draw them, and how much faster ours draw."""
