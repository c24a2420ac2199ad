"""The stories: what happens in each, and how it ends."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from .play import Play

USDT: Final = "usdt@ethereum"


@dataclass(frozen=True, slots=True)
class Story:
    """One thing that can happen.

    Attributes:
        key: its name in addresses.
        title: what the button says.
        text: what there is to see.
        play: from the first coin to the end.
        is_paid: whether the shop has a paid order in the end.
        asset: the coin that it is paid in.
    """

    key: str
    title: str
    text: str
    play: Callable[[Play], None]
    is_paid: bool = True
    asset: str = USDT


def play_exact(play: Play) -> None:
    """Send what is asked for."""
    play.send(play.status["amount"])
    play.see("payment_detected")
    play.mine()
    play.see("confirmed")


def play_two_parts(play: Play) -> None:
    """Send a part, see what is missing, send that."""
    play.send(_amount(play) - 20)
    play.mine()
    missing = play.see("payment_insufficient")["remaining"]
    _require(missing == "20", f"20 are missing, not {missing}")
    play.send(missing)
    play.mine()
    play.see("confirmed")


def play_too_little(play: Play) -> None:
    """Send too little, and nothing more."""
    play.send(_amount(play) - 1)
    play.mine()
    missing = play.see("payment_insufficient")["remaining"]
    _require(missing == "1", f"1 is missing, not {missing}")


def play_too_much(play: Play) -> None:
    """Send more than is asked for."""
    play.send(_amount(play) + 5)
    play.mine()
    surplus = play.see("confirmed")["overpaid"]
    _require(surplus == "5", f"5 are too much, not {surplus}")


def play_late(play: Play) -> None:
    """Send after the deadline."""
    play.pass_deadline()
    play.see("expired")
    play.send(play.status["amount"])
    play.mine()
    play.see("needs_review")


def play_wrong_coin(play: Play) -> None:
    """Send another coin than the one that was chosen."""
    play.send(play.status["amount"], "usdc")
    play.mine()
    play.see("needs_review")


def play_renewed(play: Play) -> None:
    """Let the price lapse, ask for a new one, and pay that."""
    play.lapse_price()
    _require(play.offers_new_price, "the page offers a new price")
    play.renew()
    _require(not play.offers_new_price, "the new price holds")
    play.send(play.see("awaiting_payment")["amount"])
    play.mine()
    play.see("confirmed")


def play_refunded(play: Play) -> None:
    """Pay, and get all of it back."""
    play_exact(play)
    play.ask_refund(play.total)
    play.see_refund("needs_address")
    play.name_address()
    play.see_refund("needs_approval")
    play.staff.approve_refund(play.customer_address())
    play.say("staff approve it")
    play.staff.send_refunds()
    play.see_refund("sent")
    play.mine()
    play.staff.send_refunds()
    play.see_refund("confirmed")


STORIES: Final = (
    Story("exact", "Exactly", "The coins come, and it is paid.", play_exact),
    Story("two-parts", "In two parts", "A part, then the rest.", play_two_parts),
    Story(
        "too-little",
        "Too little",
        "A coin is missing, and the page asks for it.",
        play_too_little,
        is_paid=False,
    ),
    Story(
        "too-much",
        "Too much",
        "Five coins too many: paid, and the surplus is told.",
        play_too_much,
    ),
    Story(
        "late",
        "Too late",
        "The coins come after the deadline: a person looks.",
        play_late,
        is_paid=False,
    ),
    Story(
        "wrong-coin",
        "The wrong coin",
        "USDC instead of USDT: nothing is credited, a person looks.",
        play_wrong_coin,
        is_paid=False,
    ),
    Story(
        "renewed",
        "After the price lapsed",
        "Bitcoin's price lapses; a new one is asked for, and paid.",
        play_renewed,
        asset="btc@bitcoin",
    ),
    Story(
        "refunded",
        "And given back",
        "Paid, then refunded to an address that the customer names.",
        play_refunded,
    ),
)


def find_story(key: str) -> Story | None:
    """Return the story of this name."""
    return next((story for story in STORIES if story.key == key), None)


def _amount(play: Play) -> Decimal:
    return Decimal(play.status["amount"])


def _require(is_so: bool, words: str) -> None:  # noqa: FBT001 - like `assert`
    if not is_so:
        raise AssertionError(words)
