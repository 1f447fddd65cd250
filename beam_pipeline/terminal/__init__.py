"""The command line: options and their help, exit statuses, how errors, tables and progress are printed.

``options`` has the options of ``run`` and ``plan``; ``command`` runs every command and prints an error as one
line. Error texts name fields of the Python API; ``option_names`` replaces these by options.
"""
