"""Many payments at once, as they would stand there after months."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from django.db import connection, transaction

from saleor_cryptopay.core.events import TransferStatus
from saleor_cryptopay.models import Payment
from tests.chaos.world import World

BATCH = 5_000

# Copies of one payment, whatever its columns are; a millisecond between two deadlines.
COPY = """
INSERT INTO saleor_cryptopay_payment
SELECT made.*
FROM saleor_cryptopay_payment AS model, generate_series(1, %s) AS number,
     jsonb_populate_record(model, jsonb_build_object(
         'id', gen_random_uuid(), 'token', gen_random_uuid(),
         'reference', model.reference || '-' || number,
         'address_id', model.address_id + number,
         'expires_at', model.expires_at - number * interval '1 millisecond'
     )) AS made
WHERE model.id = %s
"""


# The address that each copy names, and coins that came to it.
FOLLOW = """
WITH copies AS (
    SELECT id, address_id, address_id - %(address)s AS number
    FROM saleor_cryptopay_payment WHERE reference LIKE %(reference)s || '-%%'
), issued AS (
    INSERT INTO saleor_cryptopay_address
    SELECT made.*
    FROM copies, saleor_cryptopay_address AS model,
         jsonb_populate_record(model, jsonb_build_object(
             'id', copies.address_id, 'payment_id', copies.id,
             'address', '0x' || lpad(to_hex(number), 40, '0'),
             'gateway_id', 'addr_of_' || number
         )) AS made
    WHERE model.id = %(address)s
)
INSERT INTO saleor_cryptopay_transfer
SELECT made.*
FROM copies, saleor_cryptopay_transfer AS model,
     jsonb_populate_record(model, jsonb_build_object(
         'id', model.id + number, 'payment_id', copies.id,
         'address_id', copies.address_id,
         'hash', '0x' || lpad(to_hex(number), 64, '0'), 'gateway_id', 'tx_of_' || number
     )) AS made
WHERE model.address_id = %(address)s
"""

# Keys that were copied were not drawn from these.
DRAW = """
SELECT setval(pg_get_serial_sequence('saleor_cryptopay_' || name, 'id'), %s)
FROM (VALUES ('address'), ('transfer')) AS tables (name)
"""


def make_payments(
    many: int, state: str, expires_at: datetime, checked_at: datetime | None
) -> None:
    """Make payments that all stand alike."""
    model = Payment.objects.create(
        reference=f"transaction-{uuid4()}",
        gateway="crypton",
        environment="test",
        channel="default-channel",
        total=Decimal("50.10"),
        currency="USD",
        state=state,
        late_policy="review",
        created_at=expires_at - timedelta(days=1),
        expires_at=expires_at,
        checked_at=checked_at,
    )
    with connection.cursor() as cursor:
        cursor.execute(COPY, [many - 1, model.pk])
        cursor.execute("VACUUM ANALYZE saleor_cryptopay_payment")


def make_history(many: int, past: datetime, world: World) -> None:
    """Make payments that were paid and confirmed, each with its address and coins."""
    now, world.clock.now = world.clock.now, past
    payment = world.open()
    world.chain.move(world.pay(payment, "50.1"), TransferStatus.CONFIRMED)
    world.recover()
    world.clock.now = now
    world.chain.coins.clear()
    model = Payment.objects.get(pk=payment.pk)
    with connection.cursor() as cursor:
        with transaction.atomic():
            cursor.execute(COPY, [many, model.pk])
            cursor.execute(
                FOLLOW, {"reference": model.reference, "address": model.address_id}
            )
            cursor.execute(DRAW, [10 * many])
        cursor.execute("VACUUM ANALYZE")
