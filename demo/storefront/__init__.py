"""A storefront: a product, a choice of coins, and how the purchase stands.

Server-drawn pages without a script, in front of any shop that implements `shops.Shop`.
"""
