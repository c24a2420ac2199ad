"""A shop for machines without a Saleor: the same operations behind another till.

It keeps purchases in PostgreSQL, implements `operations.ports.Shop` on them, and says
wherever it is seen that it is a stand-in.
"""
