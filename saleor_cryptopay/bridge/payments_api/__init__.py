"""Saleor's older Payments API: its hooks, and its rows of payments."""
