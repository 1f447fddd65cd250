"""The readers: one module each, which imports its library when it is imported, and nothing of this project's own."""
