"""Which rights of a key are more than payments need."""

import pytest

from saleor_cryptopay.gateways.base import Connection
from saleor_cryptopay.operations.registration import warn_of_permissions


@pytest.mark.parametrize(
    ("permission", "is_dangerous"),
    [
        ("withdrawals:create", True),
        ("withdraws:create", True),
        ("Withdrawals:Write", True),
        ("payouts", True),
        ("*", True),
        ("admin", True),
        ("withdrawals:read", False),
        ("addresses:create", False),
        ("transactions:read", False),
        ("webhooks:manage", False),
    ],
)
def test_rights_that_let_coins_go_out_are_named(
    permission: str, *, is_dangerous: bool
) -> None:
    rights = frozenset({permission, "addresses:read"})
    connection = Connection("key", rights, None, None)
    assert warn_of_permissions(connection) == [permission] * is_dangerous
