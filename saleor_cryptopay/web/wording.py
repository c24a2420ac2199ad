"""What the page says in each state, in words for people who are new to this."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext

from saleor_cryptopay.core.errors import (
    AssetError,
    CryptopayError,
    QuoteError,
    TerminalError,
)
from saleor_cryptopay.core.events import TransferStatus
from saleor_cryptopay.core.states import OPEN_STATES, PaymentState
from saleor_cryptopay.models import Transfer

from .figures import Figures


class Tone(StrEnum):
    """How a message looks."""

    WAITING = "waiting"
    MOVING = "moving"
    GOOD = "good"
    WARNING = "warning"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Words:
    """A state in words.

    Attributes:
        tone: how it looks.
        headline: what is the case.
        text: what it means, and what the customer can do.
    """

    tone: Tone
    headline: str
    text: str


def words_for(figures: Figures) -> Words:
    """Return what the page says about a payment."""
    if figures.address is None and figures.state in _WORDS_TO_CHOOSE:
        return _choosing()
    if figures.has_strays and figures.remaining and figures.state in OPEN_STATES:
        return _astray()
    return _WORDS[figures.state](figures)


def transfer_words(status: str) -> str:
    """Return what the page says about a transfer with a status of `figures`."""
    words: dict[str, str] = {
        TransferStatus.PENDING: gettext("Seen, not in a block yet"),
        TransferStatus.CONFIRMING: gettext("Confirming"),
        TransferStatus.CONFIRMED: gettext("Confirmed"),
        TransferStatus.FAILED: gettext("Failed on the network"),
        TransferStatus.REPLACED: gettext("Replaced by its sender"),
        Transfer.Verdict.WRONG_ASSET: gettext("Not the coin that was asked for"),
    }
    return words.get(status, status)


def refusal_words(error: CryptopayError) -> str:
    """Return what to tell a customer whose choice could not be carried out.

    The errors' own messages are for the merchant and stay out of the page.
    """
    if isinstance(error, AssetError):
        return gettext(
            "This coin cannot be chosen for this payment. Please choose another one."
        )
    if isinstance(error, QuoteError):
        return gettext(
            "There is no price for this coin right now. Please choose another one."
        )
    if isinstance(error, TerminalError):
        return gettext(
            "No payment address could be made for this coin. Please choose another"
            " one, or go back to the shop."
        )
    return gettext(
        "The payment service is not answering at the moment. Nothing was charged."
        " Please try again in a minute."
    )


def _choosing() -> Words:
    return Words(
        Tone.WAITING,
        gettext("Choose how to pay"),
        gettext(
            "Pick the coin and the network that your wallet or exchange can send on."
        ),
    )


def _awaiting(_: Figures) -> Words:
    return Words(
        Tone.WAITING,
        gettext("Waiting for your payment"),
        gettext("Send exactly this amount in one transfer. This page follows along."),
    )


def _astray() -> Words:
    text = gettext(
        "They went to the address that this page showed before you chose another coin"
        " or network. The shop is looking at them."
    )
    headline = gettext("Your coins came to an earlier address")
    return Words(Tone.WARNING, headline, f"{text} {_no_more()}")


def _no_more() -> str:
    return gettext(
        "Please do not send any more coins: nothing is lost, and the shop will settle"
        " the rest with you."
    )


def _detected(figures: Figures) -> Words:
    if figures.remaining and figures.is_over:
        over = gettext(
            "The network is confirming what you sent, but the time for this payment"
            " is over."
        )
        headline = gettext("Part of the payment is on its way")
        return Words(Tone.WARNING, headline, f"{over} {_no_more()}")
    if figures.remaining:
        return Words(
            Tone.WARNING,
            gettext("Part of the payment is on its way"),
            gettext("Please send the rest to the same address, as shown below."),
        )
    return Words(
        Tone.MOVING,
        gettext("Payment detected"),
        gettext(
            "Your transfer is on its way and the network is confirming it. There is"
            " nothing more to do: you may close this page."
        ),
    )


def _insufficient(_: Figures) -> Words:
    return Words(
        Tone.WARNING,
        gettext("A part is still missing"),
        gettext(
            "What you sent has arrived, but it is less than the total. Please send"
            " the rest to the same address."
        ),
    )


def _confirmed(figures: Figures) -> Words:
    thanks = gettext("Thank you. Your payment is final and the shop has been told.")
    more = gettext("You sent more than was asked for: the shop will see the surplus.")
    text = f"{thanks} {more}" if figures.overpaid else thanks
    return Words(Tone.GOOD, gettext("Payment complete"), text)


def _expired(_: Figures) -> Words:
    return Words(
        Tone.OVER,
        gettext("This payment has expired"),
        gettext(
            "Please do not send anything to its address any more. If you have"
            " already sent coins they are not lost: the shop will see them here."
        ),
    )


def _failed(_: Figures) -> Words:
    return Words(
        Tone.OVER,
        gettext("The payment could not be started"),
        gettext(
            "No payment address could be made, and nothing was charged. Please try"
            " another coin, or go back to the shop and pay in another way."
        ),
    )


def _canceled(_: Figures) -> Words:
    return Words(
        Tone.OVER,
        gettext("This payment was canceled"),
        gettext("Please do not send anything to its address any more."),
    )


def _in_review(_: Figures) -> Words:
    return Words(
        Tone.WARNING,
        gettext("The shop is looking at your payment"),
        gettext(
            "Something about it needs a person: nothing is lost. Please do not send"
            " any more coins, and contact the shop if you do not hear from it."
        ),
    )


_WORDS_TO_CHOOSE = frozenset({PaymentState.AWAITING_PAYMENT})

_WORDS = {
    PaymentState.AWAITING_PAYMENT: _awaiting,
    PaymentState.PAYMENT_DETECTED: _detected,
    PaymentState.PAYMENT_INSUFFICIENT: _insufficient,
    PaymentState.CONFIRMED: _confirmed,
    PaymentState.EXPIRED: _expired,
    PaymentState.FAILED: _failed,
    PaymentState.CANCELED: _canceled,
    PaymentState.NEEDS_REVIEW: _in_review,
}
