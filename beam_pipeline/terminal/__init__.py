"""The command line: options and their help, exit statuses, how errors, tables and progress are printed.

``options`` has the options of ``run`` and ``plan``; ``command`` is the frame of every command, which prints an error
as one line. The text of an error stands where it is raised; ``option_names`` puts options in place of the fields that
it names.
"""
