"""Time for those who cannot wait: deadlines are moved into the past.

The plugin has no such lever, and needs none: this writes into the demo's own database
what an hour of waiting would make true.
"""

from dataclasses import dataclass
from typing import Final

import psycopg

END_TIME_TO_PAY: Final = """
UPDATE saleor_cryptopay_payment SET expires_at = now() - interval '1 minute'
WHERE token = %s
"""
END_TIME_OF_PRICE: Final = """
UPDATE saleor_cryptopay_address SET quote_expires_at = now() - interval '1 hour'
FROM saleor_cryptopay_payment AS payment
WHERE payment.address_id = saleor_cryptopay_address.id AND payment.token = %s
"""


@dataclass(frozen=True, slots=True)
class Clockwork:
    """Turns the clock of one payment in the shop with this database."""

    database_url: str

    def pass_deadline(self, token: str) -> None:
        """Let the time to pay be over."""
        self._turn(END_TIME_TO_PAY, token)

    def lapse_price(self, token: str) -> None:
        """Let the time be over for which the price was held."""
        self._turn(END_TIME_OF_PRICE, token)

    def _turn(self, statement: str, token: str) -> None:
        with psycopg.connect(self.database_url) as connection:
            turned = connection.execute(statement, [token]).rowcount
        if turned != 1:
            raise LookupError("There is no such payment.")
