"""The audit reads piece by piece, and what pages repeat counts once."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from saleor_cryptopay.core.events import TransferReported
from saleor_cryptopay.models import Payment, Transfer
from saleor_cryptopay.operations.audit import PIECE, audit
from saleor_cryptopay.operations.ports import Credit
from tests.chaos.world import World
from tests.stand_ins import ScriptedGateway

MANY = 6 * PIECE
APART = timedelta(seconds=5)

# Copies of one transfer, whatever its columns are.
COPY = """
INSERT INTO saleor_cryptopay_transfer
SELECT made.*
FROM saleor_cryptopay_transfer AS model, generate_series(1, %s) AS number,
     jsonb_populate_record(model, jsonb_build_object(
         'id', model.id + number, 'gateway_id', 'tx_' || number,
         'hash', '0x' || lpad(to_hex(number), 64, '0')
     )) AS made
"""


class ManyPages(ScriptedGateway):
    """A gateway that makes up its answers as they are read: one every few seconds."""

    def __init__(self, last: TransferReported, many: int) -> None:
        super().__init__()
        self.last, self.many = last, many

    def transactions_since(
        self,
        since: datetime | None,
        *,
        until: datetime | None = None,
        address_id: str = "",  # noqa: ARG002 - the port's
    ) -> Iterator[TransferReported]:
        assert since
        assert self.last.created_at
        for number in range(self.many, 0, -1):
            at = self.last.created_at - number * APART
            if since <= at <= (until or at):
                yield replace(
                    self.last,
                    transaction_id=f"tx_{number}",
                    hash=f"0x{number:064x}",
                    created_at=at,
                )
        if until is None:
            yield self.last


@pytest.fixture
def world(db: None) -> World:  # noqa: ARG001 - a database
    """Give a world of its own."""
    return World()


def seen(world: World) -> tuple[Payment, TransferReported]:
    """Return a payment with a transfer on its way, and what the gateway says of it."""
    payment = world.open("50.10")
    coins = world.pay(payment, "1")
    world.poll()
    return payment, coins.report()


def test_however_many_transfers_there_are_a_piece_is_in_memory(world: World) -> None:
    _, report = seen(world)
    with connection.cursor() as cursor:
        cursor.execute(COPY, [MANY])
    runtime = replace(world.runtime, gateway=ManyPages(report, MANY))
    tracemalloc.start()
    found = audit(runtime)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.booked == {"usdt@ethereum": {"not final": (MANY + 1) * 10**6}}
    assert found.is_conserved("usdt@ethereum")
    assert not found.differences
    assert peak < 2 * 2**20


def test_a_transfer_that_two_pages_show_is_counted_once(world: World) -> None:
    payment, report = seen(world)
    stranger = replace(report, hash="0x" + "12" * 32, transaction_id="tx_stranger")
    pages = [report, stranger, *[report] * PIECE, stranger]
    gateway = ScriptedGateway()
    gateway.transfers = pages
    found = audit(replace(world.runtime, gateway=gateway))
    assert found.reported == {"usdt@ethereum": 2 * 10**6}
    assert found.booked == {"usdt@ethereum": {"not final": 10**6, "unmatched": 10**6}}
    assert [row.payment for row in found.differences] == [payment.pk]


def test_coins_that_come_during_the_audit_are_no_difference(world: World) -> None:
    payment, report = seen(world)

    class Meanwhile(ScriptedGateway):
        def transactions_since(
            self, *_: object, **__: object
        ) -> Iterator[TransferReported]:
            yield report
            world.pay(payment, "2")
            world.poll()

    found = audit(replace(world.runtime, gateway=Meanwhile()))
    assert Transfer.objects.count() == 2
    assert not found.differences


def test_money_in_the_shop_that_no_coins_brought_is_a_difference(world: World) -> None:
    told, quiet = world.open(), world.open()
    credit = Credit("0x1:0", Decimal("50.10"), "USD", "made up", "", world.clock())
    world.shop.record_credit(told.reference, credit)
    found = audit(world.runtime)
    assert [(row.payment, row.words) for row in found.differences] == [
        (told.pk, "no coins here, 50.10 USD in the shop")
    ]
    assert quiet.pk != told.pk
    reversal = replace(credit, reference="0x1:0")
    world.shop.record_reversal(told.reference, reversal)
    assert audit(world.runtime).differences == []
    later = audit(world.runtime, since=world.clock() + timedelta(days=1))
    assert later.differences == []
