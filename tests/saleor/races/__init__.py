"""Our bridge against Saleor's own operations, on the same rows at the same time.

`run_inside` is run in a Saleor's own environment; `test_races` starts it and judges
what it reports.
"""
