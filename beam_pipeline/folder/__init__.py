"""The output folder: what it may hold before a run, and what a command reads from it.

``output_folder`` starts or resumes a run in it, ``plain_folder`` refuses links and devices, ``dropped_seeds`` and
``meaning_index`` read parts of a finished corpus, ``dictionary_check`` verifies its dictionary.
"""
