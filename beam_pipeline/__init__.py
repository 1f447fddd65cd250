"""The program: options, wiring and commands."""
