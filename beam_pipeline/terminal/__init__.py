"""The command line: options, errors, exit statuses, tables and the progress line."""
