"""Transfers, and why a person has to look at them, in words for staff.

In English; mails to staff say them in the reader's language, by the catalogues.
"""

from typing import Final

from django.utils.translation import gettext_noop

from saleor_cryptopay.core.assets import NETWORKS
from saleor_cryptopay.core.money import format_units
from saleor_cryptopay.models import Entry, Transfer

from .transfers import Change

SET_ASIDE: Final = {
    Transfer.Verdict.WRONG_ASSET: gettext_noop(
        "not the coin and network that were asked for"
    ),
    Transfer.Verdict.LATE: gettext_noop("after the deadline, or to a closed payment"),
    Transfer.Verdict.OLD_ADDRESS: gettext_noop(
        "to the address of a coin chosen before"
    ),
    Transfer.Verdict.UNPRICED: gettext_noop(
        "after the quote had lapsed, at a time without a rate"
    ),
    Transfer.Verdict.REPEATED: gettext_noop(
        "reported a second time under another name"
    ),
}

CONTRADICTED: Final = gettext_noop(
    "the gateway tells of another amount or coin than at first"
)

CHANGES: Final = {
    Change.SEEN: "seen",
    Change.SETTLED: "received",
    Change.GONE: "did not come",
    Change.REVERSED: gettext_noop("disappeared from the chain"),
}


def describe(transfer: Transfer) -> str:
    """Return a transfer in words for staff: `25 USDT on Ethereum`."""
    known = NETWORKS.get(transfer.network)
    amount = transfer.amount
    if transfer.units:
        amount = format_units(transfer.units, transfer.address.asset.decimals)
    network = known.name if known else transfer.network
    return f"{amount} {transfer.coin.upper()} on {network}"


def explorer_url(transfer: Transfer) -> str:
    """Return the explorer's page of the transfer, or "" on an unknown network."""
    network = NETWORKS.get(transfer.network)
    return network.transaction_url.format(hash=transfer.hash) if network else ""


def why_review(entry: Entry) -> str:
    """Return why a person has to look, in words for staff."""
    if entry.transfer is None:
        return entry.note
    verdict = Transfer.Verdict(entry.transfer.verdict)
    reason = SET_ASIDE.get(verdict, entry.note)
    return f"{describe(entry.transfer)}, {reason}"
