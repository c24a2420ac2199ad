"""The stand-in's post: it has one customer and one member of staff."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from saleor_cryptopay.operations.messages.mailing import send_letter
from saleor_cryptopay.operations.ports import Letter

from .models import Purchase

logger = logging.getLogger(__name__)

CUSTOMER: Final = "customer@example.com"
STAFF: Final = "staff@example.com"


class StandInPost:
    """Implements `operations.ports.Post` by Django's mail settings."""

    def __init__(self, staff: str = STAFF) -> None:
        """Write to staff at an address; "" for no staff."""
        self._staff = staff

    def to_customer(self, reference: str, letter: Letter) -> bool:
        """Write to the customer of a purchase."""
        if not Purchase.objects.filter(reference=reference).exists():
            return False
        send_letter(letter, [CUSTOMER])
        return True

    def to_staff(self, letter: Letter) -> bool:
        """Write to the staff there is."""
        if not self._staff:
            return False
        send_letter(letter, [self._staff])
        return True

    def announce(self, reference: str, event: str, payload: Mapping[str, Any]) -> None:  # noqa: ARG002 - the port's
        """Say it in the log: the stand-in has no apps."""
        logger.info("To apps: %s", event)
