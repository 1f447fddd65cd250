"""The tables of ``plan`` on the cost of a corpus. The arithmetic is in ``hyperphrase.planning``.

``calibration`` measures rates on this machine, ``cost_tables`` prints shuffle, memory, time, requests and prices.
"""
