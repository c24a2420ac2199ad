"""Saleor's own tests, with the plugin installed and without: `make upstream`."""
