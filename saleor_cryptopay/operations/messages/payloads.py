"""What apps are told of a message: JSON, described in `docs/messages.schema.json`."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from saleor_cryptopay.models import Message
from saleor_cryptopay.operations.runtime import Runtime

from .letters import draft_letter, message_id

EVENT_PREFIX: Final = "saleor_cryptopay."


def build_payload(message: Message, runtime: Runtime) -> dict[str, Any]:
    """Return a message as data, for apps that write in our place."""
    draft = draft_letter(message, runtime)
    payment, refund = draft.subject.payment, draft.subject.refund
    return {
        "name": message.name,
        "audience": message.audience,
        "message_id": message_id(message, runtime, draft.language),
        "language": draft.language,
        "title": draft.summary.title,
        "payment": _plain(payment) if payment else None,
        "refund": _plain(refund) if refund else None,
        "data": message.data,
    }


def _plain(facts: Any) -> dict[str, Any]:
    return {
        name: _iso(value) if isinstance(value, datetime) else value
        for name, value in asdict(facts).items()
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
