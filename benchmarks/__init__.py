"""How fast the program is, against what a user would pick instead; README.md here says how to run and to read it."""
