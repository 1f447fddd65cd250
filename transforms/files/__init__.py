"""Reading and writing the files of a corpus. A file under its final name is always whole.

``storage`` is what others call, for local paths and ``gs://`` alike; ``direct_file`` writes to local disks past the
page cache; ``bucket`` writes and lists the objects of a bucket; ``stored_files`` offers them to the domain.
"""
