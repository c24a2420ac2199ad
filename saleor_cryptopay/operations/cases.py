"""Cases: what a person has to decide about a payment, until somebody has.

A case is opened with the message that calls staff, in the commit of what it is about.
It is closed by staff, or by itself once there is nothing left to decide: the shop took
what it had refused, the payment is complete after all, or the coins went back.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet

from saleor_cryptopay.core.errors import CaseError
from saleor_cryptopay.core.messages import MessageName
from saleor_cryptopay.models import Case, Effect, Payment, Transfer

from .messages import post_message

# What closes cases where it is nobody of the staff.
SHOP: Final = "shop"
COINS: Final = "coins"
REFUND: Final = "refund"

NOTE_LIMIT: Final = 1000

_OF_EFFECT: Final = "effect:"


def open_case(  # noqa: PLR0913 - what a row holds
    payment: Payment,
    why: str,
    *,
    key: str,
    now: datetime,
    transfer: Transfer | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Call for a person, once for each key of a payment. Two statements.

    Args:
        payment: what it is about.
        why: in words for staff, in English.
        key: says what exactly it is about, within the payment.
        now: aware UTC.
        transfer: coins that were not credited, where it is about them.
        data: what else the message to staff holds; see `docs/messages.md`.
    """
    case = Case(payment=payment, key=key, transfer=transfer, why=why, opened_at=now)
    Case.objects.bulk_create([case], ignore_conflicts=True)
    post_message(
        payment,
        MessageName.NEEDS_REVIEW,
        key=key,
        now=now,
        data={"why": why, **(data or {})},
    )


def effect_key(effect: Effect) -> str:
    """Return the key of the case over an effect that the shop does not take."""
    return f"{_OF_EFFECT}{effect.pk}"


def list_effects(cases: QuerySet[Case]) -> QuerySet[Effect]:
    """Return the effects that open ones among the cases are about."""
    still_open = cases.filter(closed_at=None, key__startswith=_OF_EFFECT)
    keys = still_open.values_list("key", flat=True)
    return Effect.objects.filter(pk__in=[int(key[len(_OF_EFFECT) :]) for key in keys])


def close_cases(
    payment: Payment, numbers: Collection[int], actor: str, note: str, now: datetime
) -> None:
    """Close the cases of a payment that staff have looked at.

    One that was opened since they looked stays open.

    Args:
        payment: whose.
        numbers: primary keys of the cases that they have seen.
        actor: who, as the shop knows them (an id, no name).
        note: what was decided.
        now: aware UTC.

    Raises:
        CaseError: no note is given, or none of the cases is open (any more).
    """
    if not note.strip():
        raise CaseError("Say what was decided: it is kept with the case.")
    seen = payment.cases.filter(pk__in=numbers)
    if not _close(seen, actor, note.strip()[:NOTE_LIMIT], now):
        raise CaseError("These cases are closed already.")


def close_taken(effect: Effect, now: datetime) -> None:
    """Close a case over something that the shop has taken after all.

    One order ends the cases of all attempts to have it made.
    """
    effects = [effect]
    if effect.kind == Effect.Kind.COMPLETE:
        effects = list(Effect.objects.filter(payment=effect.payment, kind=effect.kind))
    keys = [effect_key(row) for row in effects]
    about_it = Case.objects.filter(payment=effect.payment_id, key__in=keys)
    _close(about_it, SHOP, "the shop has taken it", now)


def close_completed(payment: Payment, now: datetime) -> None:
    """Close what was open about a payment before the coins for it were complete.

    What was not credited, or not taken by the shop, is still there to be decided about.
    """
    about_sum = payment.cases.filter(transfer=None).exclude(key__startswith=_OF_EFFECT)
    _close(about_sum, COINS, "what was asked for has arrived", now)


def close_given_back(numbers: Collection[int], now: datetime) -> None:
    """Close cases whose coins are all back with the customer."""
    if numbers:
        _close(Case.objects.filter(pk__in=numbers), REFUND, "the coins went back", now)


def _close(cases: QuerySet[Case], actor: str, note: str, now: datetime) -> int:
    still_open = cases.filter(closed_at=None)
    return still_open.update(closed_at=now, closed_by=actor[:128], note=note)
