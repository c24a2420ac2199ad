"""Whatever breaks while a storefront polls, a session that shows an address goes on."""

import json
from typing import Any

import pytest

from .giving import key_of
from .shell import Shell
from .shopping import Session, Shopper
from .staffing import Staff

USDT = {"asset": "usdt@ethereum"}

# What Saleor hands the hook when a storefront polls.
POLL = """
import json
from dataclasses import replace

from django.db import OperationalError
from saleor.payment.interface import (
    PaymentGatewayData, TransactionProcessActionData, TransactionSessionData,
)
from saleor.payment.models import TransactionItem

from saleor_cryptopay.bridge.active import active_runtime
from saleor_cryptopay.bridge.identity import PLUGIN_ID
from saleor_cryptopay.bridge.transactions_api import sessions
from saleor_cryptopay.core.errors import SettingError

item = TransactionItem.objects.get(token=of)
data = TransactionSessionData(
    transaction=item,
    source_object=item.checkout,
    payment_gateway_data=PaymentGatewayData(app_identifier=PLUGIN_ID),
    action=TransactionProcessActionData(
        action_type="CHARGE",
        currency=item.currency,
        amount=item.events.order_by("pk").first().amount_value,
    ),
    customer_ip_address=None,
)
runtime = active_runtime()
falls = [1]


def clock():
    if falls:
        falls.pop()
        raise OperationalError("deadlock detected")
    return runtime.clock()


def break_once():
    return replace(runtime, clock=clock)


def refuse():
    raise SettingError("api_key", "is not set")


composers = {"accident": break_once, "settings": refuse}
reply = sessions.process(composers[fault], data)
print(json.dumps(reply.response, default=str))
"""


def poll(shell: Shell, session: Session, fault: str) -> Any:
    """Ask how far a session is while something breaks; return the hook's answer."""
    return json.loads(shell.run(POLL, of=key_of(session.transaction), fault=fault))


def test_an_accident_while_polling_shows_the_same_address(
    shopper: Shopper, shell: Shell
) -> None:
    session = shopper.initialize(shopper.checkout(), USDT)
    reply = poll(shell, session, "accident")
    assert reply["result"] == "CHARGE_ACTION_REQUIRED"
    assert reply["data"]["payment"]["address"] == session.payment["address"]
    assert "see the log" in reply["data"]["error"]["message"]


def test_settings_that_are_broken_meanwhile_end_no_session(
    shopper: Shopper, shell: Shell
) -> None:
    session = shopper.initialize(shopper.checkout(), USDT)
    reply = poll(shell, session, "settings")
    assert reply["result"] == "CHARGE_ACTION_REQUIRED"
    assert reply["amount"] == "50.100"
    assert reply["data"] == {
        "error": {
            "code": "SETTING",
            "message": "api_key: is not set",
            "can_retry": False,
        }
    }


@pytest.mark.parametrize("fault", ["accident", "settings"])
def test_a_session_without_an_address_fails(
    staff: Staff, shell: Shell, fault: str
) -> None:
    shopper = staff.shopper
    shopper.sandbox.control("faults", kind="down")
    session = shopper.initialize(shopper.checkout(), USDT)
    shopper.sandbox.control("faults", kind="none")
    assert poll(shell, session, fault)["result"] == "CHARGE_FAILURE"
