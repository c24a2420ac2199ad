"""The table of flaws, F1 to F65, and the tests that show that each is not here.

`python -m tests.flaws.table` writes docs/flaws.md; a test holds the file to it.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
DOCUMENT: Final = ROOT / "docs" / "flaws.md"

FLAWS: Final[Mapping[int, str]] = {
    1: "The signature is checked over a body that was parsed and written again.",
    2: "Signatures are compared so that the time taken tells how much fits.",
    3: "A webhook that is sent again is taken for new.",
    4: "An empty or short secret verifies everything.",
    5: "There is one secret, and no way to change it without a gap.",
    6: "Test and live money share a secret and a door.",
    7: "A body is read before it is known who sent it, whatever its size.",
    8: "The sender's IP address, which anybody can write, is believed.",
    9: "Events of an unknown kind are acknowledged and dropped.",
    10: "An event of somebody else's account is taken for one's own.",
    11: "A genuine event is believed in everything that it says.",
    12: "Payloads and secrets end up in logs and error reports.",
    13: "What fails while an event is handled is swallowed, and the event lost.",
    14: "An event that comes before its order is stored is dropped.",
    15: "An event without metadata is dropped.",
    16: "Work and network calls happen while the gateway waits for its answer.",
    17: "Each copy of a webhook fulfils, writes e-mails and refunds again.",
    18: "Copies are told apart in memory, by an id that two events share.",
    19: "First look, then insert: two at once both find nothing.",
    20: "Sums are read, added to, and written back.",
    21: "A late “detected” downgrades what is confirmed.",
    22: "One failed transaction fails the whole payment.",
    23: "Coins that disappear after they were confirmed go unnoticed.",
    24: "A crash between two writes leaves a paid order that nobody fulfils.",
    25: "Two requests at once make two addresses, and forget one.",
    26: "The same hash or address in another case is another one.",
    27: "A transaction that pays two of our addresses counts once.",
    28: "The gateway is never asked: what the webhooks lose is lost.",
    29: "There is no trail, no dead letter and no way to replay.",
    30: "What is to be done lives in the memory of a process.",
    31: "Amounts are floats.",
    32: "Fiat is compared with coins; no rate is kept.",
    33: "What is expected is read from the message that says what came.",
    34: "Coin, network and address of what came are not looked at.",
    35: "Each transaction is judged alone: two halves are two failures.",
    36: "Branches for too little, too much and too late call what does not exist.",
    37: "A surplus is sent back at once, to whoever seems to have sent it.",
    38: "There is no tolerance, or one that nobody chose.",
    39: "The order's total changes after the quote, and nobody notices.",
    40: "Coins after the deadline are lost, or confirm what is sold out.",
    41: "Coin amounts are pressed into the shop's decimals.",
    42: "One reference stands for two amounts.",
    43: "The gateway's word for “final” is the only one.",
    44: "Where coin or network are missing, one is guessed.",
    45: "Expiry is a timer in a process.",
    46: "Expiry and detection race.",
    47: "The deadline is worked out twice and stored nowhere.",
    48: "Coins that were seen and never arrive block a payment for ever.",
    49: "A lost reply leaves an address that nobody knows.",
    50: "All errors are alike, and lose their cause.",
    51: "The gateway's address is shown without being checked.",
    52: "Customers' data is sent to the gateway.",
    53: "One key may do everything.",
    54: "The QR code is drawn by somebody else.",
    55: "A token's QR code asks for ether.",
    56: "Whoever knows an order's number sees its payment.",
    57: "Anybody can have addresses made, as many as they like.",
    58: "The page lets foreign scripts and frames in.",
    59: "Caches may keep one customer's address for another.",
    60: "An address changed in the database is shown and paid.",
    61: "A part of the address is shown, or another one in the QR code.",
    62: "Page and server have different words for the states.",
    63: "The page polls for ever, at a fixed pace, whatever the answer.",
    64: "Coming back to the shop counts as proof of payment.",
    65: "Keys can be set without permission.",
}

NOT_APPLICABLE: Final[Mapping[int, str]] = {}
"""Flaw → why it cannot exist here; none so far."""

_TEST: Final = re.compile(r"^ *(?:async )?def (test_f(\d\d)_\w+)\(", re.MULTILINE)


def find_tests() -> dict[int, list[str]]:
    """Return flaw → the tests whose names carry its number, as pytest names them."""
    found: dict[int, list[str]] = {number: [] for number in FLAWS}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        place = path.relative_to(ROOT).as_posix()
        for name, number in _TEST.findall(path.read_text(encoding="utf-8")):
            found.setdefault(int(number), []).append(f"{place}::{name}")
    return found


def document() -> str:
    """Return docs/flaws.md."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "# Flaws of a worked example, and the tests that show they are not here"
    yield ""
    yield "Written by `python -m tests.flaws.table` from the names of the tests; a test"
    yield "holds this file to them. One flaw: `make test ARGS='-k test_f22'`."
    yield ""
    yield "| flaw | what goes wrong | tests |"
    yield "| --- | --- | --- |"
    tests = find_tests()
    for number, words in FLAWS.items():
        shown = [f"`{test}`" for test in tests[number]]
        shown += [NOT_APPLICABLE[number]] if number in NOT_APPLICABLE else []
        yield f"| F{number} | {words} | {'<br>'.join(shown)} |"
    yield ""


def main() -> None:
    """Write the document."""
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(document(), encoding="utf-8")


if __name__ == "__main__":
    main()
