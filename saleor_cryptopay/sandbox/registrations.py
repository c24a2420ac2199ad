"""Who wants to be told of which events."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from .identifiers import fresh_id, now

EVENTS: Final = (
    "transaction.detected",
    "transaction.confirmed",
    "transaction.failed",
    "address.created",
    "address.balance_updated",
    "withdrawal.created",
    "withdrawal.confirmed",
    "withdrawal.completed",
    "withdrawal.failed",
    "withdrawal.status_changed",
)


@dataclass(slots=True)
class Registration:
    """A URL and its events; none named means all of them."""

    url: str
    events: list[str]
    description: str = ""
    active: bool = True
    id: str = field(default_factory=lambda: fresh_id("wh"))
    created_at: datetime = field(default_factory=now)

    def wants(self, event: str) -> bool:
        """Whether the event is to be sent there."""
        return self.active and (not self.events or event in self.events)


class Registrations:
    """Every registration by its id."""

    def __init__(self) -> None:
        self.all: dict[str, Registration] = {}

    def urls(self, event: str) -> list[str]:
        """Return where the event is to be sent."""
        return [one.url for one in self.all.values() if one.wants(event)]
