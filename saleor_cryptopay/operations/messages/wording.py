"""What customers are told, in words for people who are new to this.

Each function says one message; `translation` decides in which language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from django.utils.formats import date_format, time_format
from django.utils.translation import get_language_bidi, gettext

from saleor_cryptopay.core.messages import MessageName

from .facts import PaymentFacts, RefundFacts

# Unicode's isolates, which text and HTML have alike.
LEFT_TO_RIGHT: Final = "\u2066"
END: Final = "\u2069"


@dataclass(frozen=True, slots=True)
class Words:
    """One message in words.

    Attributes:
        headline: what is the case; the subject begins with it.
        paragraphs: what it means, and what can be done.
        action: what the link is called; "" for no link.
        url: where the link leads.
    """

    headline: str
    paragraphs: tuple[str, ...]
    action: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a message is about.

    Attributes:
        payment: None for messages about no single payment.
        refund: None for all but messages about refunds.
        data: what was written down with the message.
    """

    payment: PaymentFacts | None
    refund: RefundFacts | None
    data: Mapping[str, Any]


def when_text(moment: datetime) -> str:
    """Write a time in UTC for people, in the active language."""
    moment = moment.astimezone(UTC)
    when = f"{date_format(moment)}, {time_format(moment, 'H:i')}"
    return gettext("%(when)s UTC") % {"when": when}


def customer_words(name: MessageName, subject: Subject) -> Words:
    """Return a customer's message in the active language.

    Raises:
        KeyError: it is no message to customers.
    """
    if subject.refund is not None:
        return _REFUND_WORDS[name](subject.refund, subject.data)
    if subject.payment is None:
        raise KeyError(name)
    return _PAYMENT_WORDS[name](subject.payment, subject.data)


def keep_order(text: str) -> str:
    """Return what keeps its own order amid words that run from the right."""
    return f"{LEFT_TO_RIGHT}{text}{END}" if text and get_language_bidi() else text


def _coins(amount: str, symbol: str) -> str:
    return keep_order(f"{amount} {symbol}")


def _sent(payment: PaymentFacts, data: Mapping[str, Any]) -> str:
    """Return the coins that the message is about, else all that came."""
    transfer = data.get("transfer") or {}
    amount = transfer.get("amount") or payment.received
    return _coins(amount, transfer.get("symbol") or payment.symbol)


def _detected(payment: PaymentFacts, data: Mapping[str, Any]) -> Words:
    amount = _sent(payment, data)
    headline = gettext("Part of the payment is on its way")
    if payment.missing and not payment.is_open:
        text = gettext(
            "Your transfer of %(amount)s is on its way, and the network is confirming"
            " it. It is less than the total, and the time for this payment is over."
        ) % {"amount": amount}
        return _with_page(payment, headline, text, _no_more())
    if payment.missing:
        text = gettext(
            "Your transfer of %(amount)s is on its way. It is less than the total:"
            " please send the remaining %(missing)s to the same address."
        ) % {"amount": amount, "missing": _coins(payment.missing, payment.symbol)}
        return _with_page(payment, headline, text)
    text = gettext(
        "Your transfer of %(amount)s is on its way, and the network is confirming it."
        " There is nothing more to do: you will hear from us when it is final."
    ) % {"amount": amount}
    return _with_page(payment, gettext("Payment detected"), text)


def _confirmed(payment: PaymentFacts, _: Mapping[str, Any]) -> Words:
    text = gettext("Thank you. Your payment is final and the shop has been told.")
    return _with_page(payment, gettext("Payment complete"), text)


def _insufficient(payment: PaymentFacts, _: Mapping[str, Any]) -> Words:
    headline = gettext("A part is still missing")
    if not payment.is_open:
        text = gettext(
            "We have received %(received)s of %(asked)s, and the time for this payment"
            " is over."
        ) % _arrived(payment)
        return _with_page(payment, headline, text, _no_more())
    text = gettext(
        "We have received %(received)s of %(asked)s. Please send the remaining"
        " %(missing)s to the same address by %(deadline)s."
    ) % {
        **_arrived(payment),
        "missing": _coins(payment.missing, payment.symbol),
        "deadline": when_text(payment.expires_at),
    }
    hint = gettext(
        "The payment page shows the address and the exact amount. Send only"
        " %(symbol)s on %(network)s."
    ) % {"symbol": payment.symbol, "network": payment.network}
    return _with_page(payment, headline, text, hint)


def _arrived(payment: PaymentFacts) -> dict[str, str]:
    asked = _coins(payment.asked, payment.symbol)
    return {"received": payment.received, "asked": asked}


def _no_more() -> str:
    return gettext(
        "Please do not send any more coins: nothing is lost, and the shop will settle"
        " the rest with you."
    )


def _expired(payment: PaymentFacts, _: Mapping[str, Any]) -> Words:
    closed = gettext(
        "No coins came in time, so this payment is closed. If you still want to buy,"
        " please start again in the shop."
    )
    lost = gettext(
        "Please do not send anything to its address any more. If you have sent coins"
        " already they are not lost: the shop will see them."
    )
    return _with_page(payment, gettext("This payment has expired"), closed, lost)


def _late(payment: PaymentFacts, data: Mapping[str, Any]) -> Words:
    text = gettext(
        "Your transfer of %(amount)s came after the time for this payment was over."
        " Nothing is lost: the shop has been told, and decides with you whether it"
        " counts or goes back."
    ) % {"amount": _sent(payment, data)}
    return _with_page(payment, gettext("Your coins came late"), text)


def _overpaid(payment: PaymentFacts, _: Mapping[str, Any]) -> Words:
    text = gettext(
        "Your payment is complete, and %(surplus)s more than was asked for has come."
        " The shop has been told. If you want the surplus back, please contact the"
        " shop: it can send it to an address that you name."
    ) % {"surplus": _coins(payment.surplus, payment.symbol)}
    return _with_page(payment, gettext("You sent more than was asked for"), text)


def _failed(payment: PaymentFacts, data: Mapping[str, Any]) -> Words:
    text = gettext(
        "Your transfer of %(amount)s did not arrive: the network did not carry it out,"
        " or another one took its place. These coins were not taken from you."
    ) % {"amount": _sent(payment, data)}
    hint = gettext(
        "If you still want to pay, open the payment page: it shows what is missing."
    )
    texts = (text, hint) if payment.is_open else (text,)
    return _with_page(payment, gettext("Your transfer did not arrive"), *texts)


def _with_page(payment: PaymentFacts, headline: str, *paragraphs: str) -> Words:
    label = gettext("Open the payment page")
    return Words(headline, paragraphs, label, payment.page_url)


def _needs_address(refund: RefundFacts, data: Mapping[str, Any]) -> Words:
    text = gettext(
        "The shop wants to send you %(amount)s on %(network)s. Please name the address"
        " that the coins shall go to by %(deadline)s."
    ) % {**_going(refund), "deadline": when_text(refund.expires_at)}
    warning = gettext(
        "Name it on the page behind this link only. Nobody who is honest asks for your"
        " private key or your recovery words."
    )
    refused: tuple[str, ...] = ()
    if note := data.get("note"):
        says = gettext("The shop could not use the address that you gave. It says:")
        refused = (f"{says} {note}",)
    return Words(
        gettext("Where shall your refund go?"),
        (*refused, text, warning),
        gettext("Name the address"),
        refund.page_url,
    )


def _refund_sent(refund: RefundFacts, _: Mapping[str, Any]) -> Words:
    text = gettext(
        "%(amount)s on %(network)s are on their way to the address that you named."
    ) % _going(refund)
    return _with_refund(refund, gettext("Your refund is on its way"), text)


def _refund_confirmed(refund: RefundFacts, _: Mapping[str, Any]) -> Words:
    text = gettext(
        "%(amount)s on %(network)s have arrived at the address that you named."
    ) % _going(refund)
    return _with_refund(refund, gettext("Your refund has arrived"), text)


def _with_refund(refund: RefundFacts, headline: str, text: str) -> Words:
    return Words(headline, (text,), gettext("Open the refund page"), refund.page_url)


def _going(refund: RefundFacts) -> dict[str, str]:
    amount = _coins(refund.amount, refund.symbol)
    return {"amount": amount, "network": refund.network}


_PAYMENT_WORDS: Final[
    Mapping[MessageName, Callable[[PaymentFacts, Mapping[str, Any]], Words]]
] = MappingProxyType(
    {
        MessageName.PAYMENT_DETECTED: _detected,
        MessageName.PAYMENT_CONFIRMED: _confirmed,
        MessageName.PAYMENT_INSUFFICIENT: _insufficient,
        MessageName.PAYMENT_EXPIRED: _expired,
        MessageName.PAYMENT_LATE: _late,
        MessageName.PAYMENT_OVERPAID: _overpaid,
        MessageName.PAYMENT_FAILED: _failed,
    }
)

_REFUND_WORDS: Final[
    Mapping[MessageName, Callable[[RefundFacts, Mapping[str, Any]], Words]]
] = MappingProxyType(
    {
        MessageName.REFUND_NEEDS_ADDRESS: _needs_address,
        MessageName.REFUND_SENT: _refund_sent,
        MessageName.REFUND_CONFIRMED: _refund_confirmed,
    }
)
