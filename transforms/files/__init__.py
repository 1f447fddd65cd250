"""Reading and writing the files of a corpus. A file under its final name is always complete.

``storage`` is the interface for local paths and ``gs://``; ``disk`` is its part for local paths, on any file system;
``direct_file`` writes to disks, bypassing the page cache; ``bucket`` reads, writes and lists the objects of a bucket;
``stored_files`` gives the files of a corpus by the interface that ``hyperphrase`` reads them by.
"""
