"""The stand-in's post: it has one customer and one member of staff."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from saleor_cryptopay.operations.messages.languages import choose_language
from saleor_cryptopay.operations.messages.mailing import send_letter
from saleor_cryptopay.operations.ports import Letter

from .models import Purchase

logger = logging.getLogger(__name__)

CUSTOMER: Final = "customer@example.com"
STAFF: Final = "staff@example.com"


class StandInPost:
    """Implements `operations.ports.Post` by Django's mail settings."""

    def __init__(self, staff: str = STAFF, language: str = "") -> None:
        """Write to staff at an address in a language; no address for no staff."""
        self._staff, self._language = staff, language

    def to_customer(self, reference: str, letter: Letter) -> bool:
        """Write to the customer of a purchase."""
        if not Purchase.objects.filter(reference=reference).exists():
            return False
        send_letter(letter, [CUSTOMER])
        return True

    def staff_languages(self) -> Sequence[str]:
        """Return what the staff there is reads."""
        return [choose_language(self._language)] if self._staff else []

    def to_staff(self, letter: Letter) -> bool:
        """Write to the staff there is, if it reads the letter's language."""
        if letter.language not in self.staff_languages():
            return False
        send_letter(letter, [self._staff])
        return True

    def announce(self, reference: str, event: str, payload: Mapping[str, Any]) -> None:  # noqa: ARG002 - the port's
        """Say it in the log: the stand-in has no apps."""
        logger.info("To apps: %s", event)
