"""How people are written to from a Saleor: its mail server, its recipients, its apps.

The mail server is the one that Saleor is configured with (`EMAIL_URL`), staff are
those whom Saleor notifies of orders (Dashboard: site settings).
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError
from kombu.exceptions import OperationalError
from saleor.account.models import StaffNotificationRecipient
from saleor.core.notification.utils import get_site_context
from saleor.plugins.manager import get_plugins_manager

from saleor_cryptopay.bridge.services.sources import find_source
from saleor_cryptopay.core.errors import PostError
from saleor_cryptopay.operations.messages.languages import choose_language
from saleor_cryptopay.operations.messages.mailing import send_letter
from saleor_cryptopay.operations.ports import Letter

logger = logging.getLogger(__name__)

# The plugin that hands events on to apps. Named, because others take the name of an
# event that they do not know for one of their templates.
WEBHOOKS: Final = "mirumee.webhooks"


class SaleorPost:
    """Implements `operations.ports.Post`."""

    def __init__(self, sender: str = "") -> None:
        """Write as `sender`; "" for Saleor's `DEFAULT_FROM_EMAIL`."""
        self._sender = sender

    def to_customer(self, reference: str, letter: Letter) -> bool:
        """Write to the address that order or checkout have."""
        return self._send(letter, [_customer_of(find_source(reference))])

    def staff_languages(self) -> Sequence[str]:
        """Return what those whom Saleor notifies of orders read."""
        return sorted({language for language, _ in _staff()})

    def to_staff(self, letter: Letter) -> bool:
        """Write to those of them who read the letter's language."""
        found = [
            address for language, address in _staff() if language == letter.language
        ]
        return self._send(letter, found)

    def announce(self, reference: str, event: str, payload: Mapping[str, Any]) -> None:
        """Hand the event to Saleor, for apps with the webhook NOTIFY_USER."""
        source = find_source(reference)
        told = {
            **payload,
            **get_site_context(),
            "recipient_email": _customer_of(source),
            "channel_slug": source.channel.slug if source else None,
        }
        manager = get_plugins_manager(allow_replica=False)
        try:
            manager.notify(event, payload_func=lambda: told, plugin_id=WEBHOOKS)
        except (DatabaseError, OperationalError) as error:
            words = type(error).__name__
            raise PostError(f"Saleor could not notify apps: {words}.") from error

    def _send(self, letter: Letter, recipients: list[str]) -> bool:
        found = [recipient for recipient in recipients if recipient]
        if not found or not settings.EMAIL_BACKEND:
            return False
        send_letter(letter, found, self._sender)
        return True


def _customer_of(source: Any) -> str:
    return (source.get_customer_email() or "") if source else ""


def _staff() -> list[tuple[str, str]]:
    """Return language and address of each; who is an address alone has no language."""
    rows = StaffNotificationRecipient.objects.select_related("user").filter(active=True)
    return [
        (choose_language(row.user.language_code if row.user else ""), address)
        for row in rows
        if (address := row.get_email())
    ]
