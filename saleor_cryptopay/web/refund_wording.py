"""What the refund page says in each state, and of an address that cannot be taken."""

from django.utils.translation import gettext

from saleor_cryptopay.core.errors import RefundError
from saleor_cryptopay.core.refunds import RefundState

from .wording import Tone, Words


def refund_words(state: RefundState) -> Words:
    """Return what the page says about a refund."""
    return _WORDS[state]()


def problem_words(error: RefundError, symbol: str, network: str) -> str:
    """Return what to tell a customer whose address cannot be taken.

    Args:
        error: why not; its own message is for staff.
        symbol: the coin that goes back.
        network: name of the network that it goes back on.
    """
    other = error.figures.get("other", "")
    facts = {"symbol": symbol, "network": network, "other": other}
    return _problem_text(error.code, has_other=bool(other)) % facts


def _problem_text(code: str, *, has_other: bool) -> str:
    texts = {
        "empty": gettext("Please enter an address."),
        "mismatch": gettext(
            "The two addresses differ. Please copy the same one twice."
        ),
        "ours": gettext(
            "This address belongs to the shop. Please give one of your own wallet."
        ),
        "contract": _lost_words(),
        "burn": _lost_words(),
        "state": _closed_words(),
        "expired": _closed_words(),
        "unknown": _closed_words(),
    }
    if code == "network" and has_other:
        return gettext(
            "This is an address on %(other)s, but the coins go back on %(network)s."
            " Please give an address on %(network)s."
        )
    return texts.get(code) or gettext(
        "This is no address on %(network)s. Please copy it whole from your wallet."
    )


def _lost_words() -> str:
    return gettext(
        "Nobody can use coins that are sent to this address. Please give one of your"
        " own wallet."
    )


def _closed_words() -> str:
    return gettext("An address cannot be given here any more.")


def fee_words(*, is_taken_off: bool) -> str:
    """Return who pays the network's fee."""
    if is_taken_off:
        return gettext("taken off what is sent")
    return gettext("paid by the shop")


def basis_words(*, is_by_value: bool) -> str:
    """Return what the number of coins rests on."""
    if is_by_value:
        return gettext("Rate when the refund was made")
    return gettext("Rate of your payment")


def note_words(state: RefundState) -> str:
    """Return what to say before the shop's own words."""
    if state is RefundState.NEEDS_ADDRESS:
        return gettext("The shop could not use the address that you gave. It says:")
    return gettext("The shop says:")


def _needs_address() -> Words:
    return Words(
        Tone.WAITING,
        gettext("The shop is giving you coins back"),
        gettext("Say where to: nothing is sent before you have given an address."),
    )


def _needs_approval() -> Words:
    return Words(
        Tone.MOVING,
        gettext("The shop is checking your refund"),
        gettext(
            "Your address has reached the shop. Somebody there looks at it before"
            " anything is sent. You may close this page."
        ),
    )


def _approved() -> Words:
    return Words(
        Tone.MOVING,
        gettext("Your refund will be sent soon"),
        gettext("Everything is settled. There is nothing more for you to do."),
    )


def _sending() -> Words:
    return Words(
        Tone.MOVING,
        gettext("Your refund is being sent"),
        gettext("As soon as the transaction is known it is shown here."),
    )


def _sent() -> Words:
    return Words(
        Tone.MOVING,
        gettext("Your refund is on its way"),
        gettext("The coins have been sent, and the network is confirming them."),
    )


def _confirmed() -> Words:
    return Words(
        Tone.GOOD,
        gettext("Your refund has arrived"),
        gettext("The network has confirmed it: the coins are at your address."),
    )


def _failed() -> Words:
    return Words(
        Tone.WARNING,
        gettext("Your refund could not be sent"),
        gettext(
            "No coins have left the shop. The shop has been told and takes care of it:"
            " there is nothing for you to do."
        ),
    )


def _declined() -> Words:
    return Words(
        Tone.OVER,
        gettext("The shop does not send this refund"),
        gettext("Please contact the shop if you did not expect this."),
    )


def _lapsed() -> Words:
    return Words(
        Tone.OVER,
        gettext("This link has expired"),
        gettext(
            "No address was given in time. Your coins are not lost: please ask the shop"
            " for a new link."
        ),
    )


_WORDS = {
    RefundState.NEEDS_ADDRESS: _needs_address,
    RefundState.NEEDS_APPROVAL: _needs_approval,
    RefundState.APPROVED: _approved,
    RefundState.SENDING: _sending,
    RefundState.IN_DOUBT: _sending,
    RefundState.SENT: _sent,
    RefundState.CONFIRMED: _confirmed,
    RefundState.FAILED: _failed,
    RefundState.DECLINED: _declined,
    RefundState.LAPSED: _lapsed,
}
