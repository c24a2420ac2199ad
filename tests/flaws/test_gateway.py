"""F49 to F53: calls to the gateway that fail, lie or say too much."""

import pytest

from saleor_cryptopay.core.errors import (
    GatewayError,
    IndeterminateError,
    RetryableError,
    TerminalError,
)
from saleor_cryptopay.models import Address, Payment
from saleor_cryptopay.operations.opening import open_payment
from saleor_cryptopay.operations.registration import warn_of_permissions
from tests.operations.conftest import Scene

pytestmark = pytest.mark.django_db


def test_f49_a_lost_reply_leaves_an_intent_and_its_address_is_adopted(
    scene: Scene,
) -> None:
    scene.sandbox.control("faults", kind="lost_reply", count=1)
    with pytest.raises(IndeterminateError):
        open_payment(scene.opening(), scene.runtime)
    assert Address.objects.get().address == ""
    (orphan,) = scene.sandbox.state()["addresses"]
    scene.sandbox.control("dialect", shape="example")
    scene.sandbox.pay(orphan["address"], "50.1")
    scene.sandbox.mine()
    scene.poll()
    assert Address.objects.get().gateway_id == orphan["id"]
    assert Payment.objects.get().state == "confirmed"


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("refuse_key", TerminalError),
        ("no_permission", TerminalError),
        ("html", GatewayError),
        ("error_200", TerminalError),
        ("rate_limited", RetryableError),
        ("lost_reply", IndeterminateError),
    ],
)
def test_f50_a_failure_keeps_its_kind_and_its_cause(
    scene: Scene, kind: str, error: type[GatewayError]
) -> None:
    scene.sandbox.control("faults", kind=kind, count=1)
    with pytest.raises(error) as caught:
        open_payment(scene.opening(), scene.runtime)
    assert caught.value.code
    assert str(caught.value)


@pytest.mark.parametrize("kind", ["foreign_address", "bad_checksum"])
def test_f51_an_address_that_is_not_what_was_asked_for_is_refused(
    scene: Scene, kind: str
) -> None:
    scene.sandbox.control("faults", kind=kind, count=1)
    with pytest.raises(GatewayError):
        open_payment(scene.opening(), scene.runtime)
    assert Address.objects.get().address == ""


def test_f52_only_an_opaque_reference_leaves_the_shop(scene: Scene) -> None:
    payment = scene.open()
    (row,) = scene.sandbox.state()["addresses"]
    assert row["metadata"] == {"payment": str(payment.pk)}
    assert row["label"] == str(payment.pk)


def test_f53_a_key_that_may_withdraw_is_warned_of(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    connection = scene.runtime.gateway.test_connection()
    assert warn_of_permissions(connection) == ["withdrawals:create"]
    assert "cryptopay.W105" in caplog.text
