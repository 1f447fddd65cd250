"""The output folder: checks before a run, and reading by the commands.

``output_folder`` starts or resumes a run in it; ``meaning_index`` reads the dictionary of a finished corpus for the
command ``find``.
"""
