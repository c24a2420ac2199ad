"""The sandbox, run as the program it is."""
