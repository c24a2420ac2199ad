"""Many payments at once, as they would stand there after months."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from django.db import connection

from saleor_cryptopay.models import Payment

BATCH = 5_000
_numbers = count()


def make_payments(
    many: int, state: str, expires_at: datetime, checked_at: datetime | None
) -> None:
    """Make payments that all stand alike."""
    for start in range(0, many, BATCH):
        Payment.objects.bulk_create(
            Payment(
                reference=f"transaction-{next(_numbers)}",
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
            for _ in range(min(BATCH, many - start))
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE saleor_cryptopay_payment")
