"""The settings about messages: which are sent, who they are from, who else is told."""

from datetime import timedelta

import pytest

from saleor_cryptopay.bridge.settings.messages import list_names
from saleor_cryptopay.core.errors import SettingError
from saleor_cryptopay.core.messages import Audience, MessageName, names_for

from .test_configuration import read

CUSTOMERS = names_for(Audience.CUSTOMER)
STAFF = names_for(Audience.STAFF)


def test_all_messages_are_sent_and_no_app_is_told_by_default() -> None:
    policy = read().policy
    assert policy.customer_messages == CUSTOMERS
    assert policy.staff_messages == STAFF
    assert not policy.notify_apps
    assert read().message_from == ""
    assert read().watch.audit == timedelta(days=30)


def test_every_message_is_for_customers_or_for_staff() -> None:
    assert set(MessageName) == CUSTOMERS | STAFF
    assert not CUSTOMERS & STAFF


@pytest.mark.parametrize(
    ("audience", "setting"),
    [
        (Audience.CUSTOMER, "customer_messages"),
        (Audience.STAFF, "staff_messages"),
    ],
)
def test_all_names_that_help_lists_can_be_set(audience: Audience, setting: str) -> None:
    listed = list_names(audience)
    policy = read(**{setting: listed.replace(", ", "\n")}).policy
    assert getattr(policy, setting) == names_for(audience)
    order = [str(name) for name in MessageName]
    assert listed.split(", ") == sorted(listed.split(", "), key=order.index)


@pytest.mark.parametrize("text", ["none", "NONE  # for now", "", "\n"])
def test_none_at_all_can_be_sent(text: str) -> None:
    assert read(customer_messages=text).policy.customer_messages == frozenset()


def test_some_are_named_one_a_line() -> None:
    policy = read(
        customer_messages="payment_confirmed\n# to be sure\nPayment_Insufficient",
        staff_messages="needs_review",
    ).policy
    assert policy.customer_messages == {"payment_confirmed", "payment_insufficient"}
    assert policy.staff_messages == {"needs_review"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("customer_messages", "payment_vanished"),
        ("customer_messages", "needs_review"),
        ("customer_messages", "payment_confirmed\nall"),
        ("staff_messages", "payment_confirmed"),
    ],
)
def test_a_name_that_does_not_exist_there_is_refused(name: str, text: str) -> None:
    with pytest.raises(SettingError, match="There is: ") as caught:
        read(**{name: text})
    assert caught.value.field == name
    assert f"Line {len(text.splitlines())}" in caught.value.reason


def test_channels_may_differ() -> None:
    configuration = read(
        channels='[quiet]\ncustomer_messages = ["payment_confirmed"]\n'
        "notify_apps = true\n[silent]\nstaff_messages = 'none'"
    )
    quiet, silent = map(configuration.policy_for, ("quiet", "silent"))
    assert quiet.customer_messages == {"payment_confirmed"}
    assert (quiet.notify_apps, silent.notify_apps) == (True, False)
    assert silent.staff_messages == frozenset()
    assert silent.customer_messages == CUSTOMERS


@pytest.mark.parametrize("text", ["pay@shop.example", "Tea & Cups <pay@shop.example>"])
def test_a_sender_is_an_address_with_or_without_a_name(text: str) -> None:
    assert read(message_from=text).message_from == text


@pytest.mark.parametrize("text", ["shop", "@", "a@b\nBcc: c@d.example", "Shop <shop>"])
def test_what_is_no_sender_is_refused(text: str) -> None:
    with pytest.raises(SettingError) as caught:
        read(message_from=text)
    assert caught.value.field == "message_from"


def test_an_audit_of_no_days_is_none() -> None:
    assert read(audit_days="0").watch.audit == timedelta()


@pytest.mark.parametrize("text", ["", "-1", "366", "1.5", "many", "٣"])
def test_days_are_whole_numbers_up_to_a_year(text: str) -> None:
    with pytest.raises(SettingError, match="whole number from 0") as caught:
        read(audit_days=text)
    assert caught.value.field == "audit_days"
