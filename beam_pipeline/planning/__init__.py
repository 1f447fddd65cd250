"""The tables that ``plan`` prints: what a corpus costs. The arithmetic is in ``hyperphrase.planning``.

``calibration`` measures rates on this machine, ``cost_tables`` prints shuffle, memory, time, requests and money.
"""
