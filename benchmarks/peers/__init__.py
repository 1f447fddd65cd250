"""The peers: each a command of its own that makes the same corpus in its own best way, and knows nothing of ours."""
