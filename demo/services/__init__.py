"""The programs that the demo and the tests stand on: database, broker, real Saleors.

Everything here is started on free ports of the loopback, keeps to a folder that it is
given, and is stopped by whoever started it.
"""
