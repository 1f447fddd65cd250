"""What a worker process holds: loaded tables (``context``), keys that wait in files, and progress counts."""
