"""Reading and writing the files of a corpus. A file under its final name is always complete.

``storage`` is the interface for local paths and ``gs://``; ``direct_file`` writes to local disks, bypassing the page
cache; ``bucket`` reads, writes and lists the objects of a bucket; ``stored_files`` adapts ``storage`` to the interface
that ``hyperphrase`` reads a corpus by.
"""
