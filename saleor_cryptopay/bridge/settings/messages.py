"""Readers of the settings about messages: text in, checked values out."""

import re
from collections.abc import Callable
from datetime import timedelta
from email.utils import parseaddr
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from saleor_cryptopay.core.errors import SettingError
from saleor_cryptopay.core.messages import Audience, MessageName, names_for

from . import fields

ALL: Final = "all"
NONE: Final = "none"
MOST_DAYS: Final = 365


def read_customer_messages(field: str, text: str) -> frozenset[MessageName]:
    """Read which messages customers are sent: names, one a line, `all` or `none`."""
    return _read_names(field, text, names_for(Audience.CUSTOMER))


def read_staff_messages(field: str, text: str) -> frozenset[MessageName]:
    """Read which messages staff are sent: names, one a line, `all` or `none`."""
    return _read_names(field, text, names_for(Audience.STAFF))


def list_names(audience: Audience) -> str:
    """Return the names of all messages for an audience, as help texts list them."""
    names = names_for(audience)
    return ", ".join(name for name in MessageName if name in names)


def read_sender(field: str, text: str) -> str:
    """Read who mails are from: an address, maybe with a name; "" for Saleor's."""
    if not text:
        return ""
    _, address = parseaddr(text)
    try:
        validate_email(address)
    except ValidationError:
        raise SettingError(
            field, "Write it as “pay@shop.example” or “Shop <pay@shop.example>”."
        ) from None
    if any(character in text for character in "\r\n"):
        raise SettingError(field, "Write it in one line.")
    return text


def read_audit_days(field: str, text: str) -> timedelta:
    """Read a whole number of days, from none (switched off) to 365."""
    if not re.fullmatch(r"[0-9]{1,3}", text, re.ASCII) or int(text) > MOST_DAYS:
        raise SettingError(
            field, f"“{text}” is not a whole number from 0 to {MOST_DAYS}."
        )
    return timedelta(days=int(text))


# Setting → the attribute of `operations.runtime.Policy`, and how it is read.
POLICY_FIELDS: Final[dict[str, tuple[str, Callable[[str, Any], Any]]]] = {
    "customer_messages": ("customer_messages", read_customer_messages),
    "staff_messages": ("staff_messages", read_staff_messages),
    "notify_apps": ("notify_apps", fields.read_flag),
}


def _read_names(
    field: str, text: str, known: frozenset[MessageName]
) -> frozenset[MessageName]:
    words = [(number, line.lower()) for number, line in fields.lines(text)]
    if [word for _, word in words] == [ALL]:
        return known
    if not words or [word for _, word in words] == [NONE]:
        return frozenset()
    for number, word in words:
        if word not in known:
            listed = ", ".join(sorted(known))
            raise SettingError(
                field,
                f"Line {number}: no message is called “{word}”. There is: {listed}; or"
                f" “{ALL}” or “{NONE}” alone.",
            )
    return frozenset(MessageName(word) for _, word in words)
