"""What staff are told: in English, as the Dashboard's notes, the log and the runbook.

A message about trouble is sent when it begins, and again when it is over (`is_over`).
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from saleor_cryptopay.core.messages import MessageName

from .wording import Subject, Words

# As many differences as fit into a mail that is read.
MOST_LINES: Final = 20

AT_DESK: Final = "Open the refund desk"


def staff_words(name: MessageName, subject: Subject) -> Words:
    """Return a message to staff.

    Raises:
        KeyError: it is no message to staff.
    """
    return _STAFF_WORDS[name](subject)


def _needs_review(subject: Subject) -> Words:
    why = subject.data.get("why", "")
    return _say(
        "A payment needs a person",
        f"{why[:1].upper()}{why[1:]}",
        "Nothing is lost: what arrived stands in the transaction's history in the"
        " Dashboard. Credit it, refund it, or ask the customer.",
        url=subject.payment.page_url if subject.payment else "",
    )


def _refund_needs_approval(subject: Subject) -> Words:
    return _say(
        "A refund waits for your approval",
        "The customer has named the address that the coins shall go to. Nothing is"
        " sent before a member of staff approves amount and address.",
        url=_desk_url(subject),
        action=AT_DESK,
    )


def _refund_failed(subject: Subject) -> Words:
    why = subject.data.get("note", "")
    return _say(
        "A refund was not made",
        f"The reason: {why}" if why else "",
        "The coins are still in the gateway's wallet. See to the cause, then try again"
        " or decline the refund.",
        url=_desk_url(subject),
        action=AT_DESK,
    )


def _refund_in_doubt(subject: Subject) -> Words:
    return _say(
        "A refund is in doubt",
        "The gateway was asked to send it, its answer is missing, and the order is not"
        " found. It may be there all the same: nothing is sent again by itself.",
        "Look for the order in the gateway's own console. If it is there, name it with"
        " `manage.py cryptopay refunds settle`; if there is none, say so at the refund"
        " desk.",
        url=_desk_url(subject),
        action=AT_DESK,
    )


def _audit_difference(subject: Subject) -> Words:
    if subject.data.get("is_over"):
        return _say("The audit finds no difference any more", _lasted(subject))
    lines = [str(line) for line in subject.data.get("differences", [])]
    more = len(lines) - MOST_LINES
    return _say(
        f"The audit found differences: {len(lines)}",
        "Gateway, books and shop do not agree. `manage.py cryptopay audit` shows the"
        " whole of it.",
        *lines[:MOST_LINES],
        f"and {more} more" if more > 0 else "",
    )


def _gateway_trouble(subject: Subject) -> Words:
    if subject.data.get("is_over"):
        return _say("The payment gateway answers again", _lasted(subject))
    return _say(
        "The payment gateway does not answer",
        f"No answer since {subject.data['since']}. Open payments stay open and are"
        " compared when it is back; new ones cannot be started.",
        str(subject.data.get("why", "")),
    )


def _webhook_trouble(subject: Subject) -> Words:
    if subject.data.get("is_over"):
        return _say("The gateway's webhooks come again", _lasted(subject))
    return _say(
        "The gateway's webhooks do not come",
        "Polling finds coins that no webhook told of. Payments are found all the same,"
        " some minutes later.",
        "See that the gateway reaches the shop's address: `manage.py cryptopay check`.",
    )


def _secret_trouble(subject: Subject) -> Words:
    if subject.data.get("is_over"):
        return _say("Webhook secrets are in order again", _lasted(subject))
    return _say("A webhook secret needs a look", str(subject.data.get("why", "")))


def _no_rate(subject: Subject) -> Words:
    pair = subject.data.get("pair", "")
    if subject.data.get("is_over"):
        return _say(f"There is a rate for {pair} again", _lasted(subject))
    return _say(
        f"No rate for {pair}",
        str(subject.data.get("why", "")),
        "Customers cannot pay with it until there is a rate again.",
    )


def _desk_url(subject: Subject) -> str:
    return subject.refund.desk_url if subject.refund else ""


def _say(
    headline: str,
    *paragraphs: str,
    url: str = "",
    action: str = "Open the payment page",
) -> Words:
    paragraphs = tuple(filter(None, paragraphs))
    return Words(headline, paragraphs, action if url else "", url)


def _lasted(subject: Subject) -> str:
    return f"It is over; it began at {subject.data['since']}."


_STAFF_WORDS: Final[Mapping[MessageName, Callable[[Subject], Words]]] = (
    MappingProxyType(
        {
            MessageName.NEEDS_REVIEW: _needs_review,
            MessageName.REFUND_NEEDS_APPROVAL: _refund_needs_approval,
            MessageName.REFUND_FAILED: _refund_failed,
            MessageName.REFUND_IN_DOUBT: _refund_in_doubt,
            MessageName.AUDIT_DIFFERENCE: _audit_difference,
            MessageName.GATEWAY_TROUBLE: _gateway_trouble,
            MessageName.WEBHOOK_TROUBLE: _webhook_trouble,
            MessageName.SECRET_TROUBLE: _secret_trouble,
            MessageName.NO_RATE: _no_rate,
        }
    )
)
