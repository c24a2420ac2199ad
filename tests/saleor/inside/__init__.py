"""Scripts that a Saleor's own interpreter runs.

A folder of their own: Python puts a script's folder on its path first.
"""
