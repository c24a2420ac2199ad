"""Saleor's Transactions API: sessions, what staff ask for, and events of money."""
