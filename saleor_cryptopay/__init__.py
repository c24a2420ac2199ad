"""Cryptocurrency payments for Saleor. Imports nothing: Django loads it early."""

__version__ = "0.1.0"
