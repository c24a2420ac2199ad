"""What log lines and traces say about payments, in names that are the same everywhere.

Only ids of our own and of the gateway, networks and codes: nothing here tells who paid,
where coins came from or go to, or what lets anybody see a payment's page.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol

FIELDS: Final[Mapping[str, str]] = {
    "event": "what happened: an alarm's code, or `payment.` or `refund.` and a state",
    "payment": "id of our payment",
    "reference": "the shop's transaction or payment that it belongs to",
    "refund": "id of our refund",
    "delivery": "number of a webhook that was stored",
    "transfer": "the gateway's id of a transaction that brings coins",
    "network": "slug of the chain",
    "letter": "number of a message to people",
}
"""Field → what its value is."""


def about(**fields: object) -> dict[str, str]:
    """Return what a log line is about, for `extra`; what is empty is left out.

    Args:
        fields: see FIELDS.

    Raises:
        KeyError: a field that FIELDS does not name.
    """
    if strange := sorted(fields.keys() - FIELDS.keys()):
        raise KeyError(*strange)
    return {
        name: str(value) for name, value in fields.items() if value not in (None, "")
    }


class Tracer(Protocol):
    """Tells how long things take, to whoever traces the shop."""

    def span(self, name: str, **attributes: object) -> AbstractContextManager[None]:
        """Return a context that lasts as long as what is told of.

        Args:
            name: what is done: `ledger`, `outbox`; few names, no ids in them.
            attributes: as in FIELDS, or particular to the name; what is empty is left
                out.
        """
        ...


class NoTracer:
    """Tells nobody."""

    def span(self, name: str, **attributes: object) -> AbstractContextManager[None]:
        """Return a context that does nothing."""
        del name, attributes
        return nullcontext()


NO_TRACER: Final = NoTracer()
