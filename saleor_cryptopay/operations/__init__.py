"""Use cases on the database: what happens to payments, in which order. No Saleor."""
