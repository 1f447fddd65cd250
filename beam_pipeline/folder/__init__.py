"""The output folder: what it may hold before a run, and what a command reads from it."""
