"""Changing rows as somebody does who owns the database."""

from django.db import connection

from saleor_cryptopay.models import Address


def tamper(address: Address, /, **values: object) -> None:
    """Change an address past the guards of the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE saleor_cryptopay_address DISABLE TRIGGER USER")
        Address.objects.filter(pk=address.pk).update(**values)
        cursor.execute("ALTER TABLE saleor_cryptopay_address ENABLE TRIGGER USER")
