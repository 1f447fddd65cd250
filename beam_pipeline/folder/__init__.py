"""The output folder: what it may hold before a run, and what a command reads from it.

``output_folder`` starts or resumes a run in it; ``meaning_index`` reads the dictionary of a finished corpus for the
command ``find``.
"""
