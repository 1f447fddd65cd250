"""Files of a corpus: on local disks (``storage``, ``direct_file``) and as objects of a bucket (``bucket``)."""
