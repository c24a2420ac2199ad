"""The flaws of a worked example, each turned into a requirement and a test.

A test shows that flaw N is not here by its name: `test_fNN_…`. `table.py` lists them.
"""
