"""What ``plan`` measures on this machine to compute the time of a corpus by ``hyperphrase.planning``.

``calibration`` measures rates, ``machine_options`` reads the machines and prices that the user gives.
"""
