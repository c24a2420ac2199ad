"""A payment's way through log and traces: told whole, and nothing that is private."""

import json
import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace

import pytest
from django.db import transaction

from saleor_cryptopay.core.errors import TerminalError
from saleor_cryptopay.core.states import PaymentEvent
from saleor_cryptopay.core.telemetry import FIELDS
from saleor_cryptopay.gateways.registry import build_gateway
from saleor_cryptopay.models import Payment, Transfer
from saleor_cryptopay.operations import intake, ledger, outbox, reconciliation
from saleor_cryptopay.operations.expiry import expire_due
from tests.log_lines import Log, written_log
from tests.playing import KEY, SECRET

from .conftest import Scene

pytestmark = pytest.mark.usefixtures("transactional_db")  # lines follow the commit


@pytest.fixture
def log() -> Iterator[Log]:
    """Give the log of the test."""
    with written_log() as log:
        yield log


@dataclass
class ListeningTracer:
    """Writes down spans: (names of those around it and its own, attributes)."""

    spans: list[tuple[tuple[str, ...], dict[str, object]]] = field(default_factory=list)
    _open: tuple[str, ...] = ()

    def span(self, name: str, **attributes: object) -> AbstractContextManager[None]:
        return self._span(name, attributes)

    @contextmanager
    def _span(self, name: str, attributes: dict[str, object]) -> Iterator[None]:
        around = self._open
        self._open = (*around, name)
        self.spans.append((self._open, attributes))
        try:
            yield
        finally:
            self._open = around

    def of(self, *path: str) -> list[dict[str, object]]:
        """Return the attributes of the spans at a place."""
        return [attributes for found, attributes in self.spans if found == path]


def pay_in_two_parts(scene: Scene) -> tuple[Payment, list[str]]:
    payment = scene.open()
    identifiers = []
    for amount in ("20", "30.1"):
        identifiers.append(scene.pay(payment, amount))
        scene.poll()
        scene.sandbox.mine()
        scene.poll()
    return payment, identifiers


def test_every_move_of_a_payment_is_a_line_with_its_id(scene: Scene, log: Log) -> None:
    payment, (first, second) = pay_in_two_parts(scene)
    assert log.events(payment) == [
        "payment.payment_detected",
        "payment.payment_insufficient",
        "payment.payment_detected",
        "payment.confirmed",
    ]
    lines = [line for line in log.lines if line.get("payment") == str(payment.pk)]
    assert [line["transfer"] for line in lines] == [first, first, second, second]
    assert {line["network"] for line in lines} == {"ethereum"}


def test_payments_that_lapse_together_have_a_line_each(scene: Scene, log: Log) -> None:
    payments = [scene.open() for _ in range(3)]
    scene.clock.shift += 2 * scene.runtime.policies("").payment_window
    reconciliation.reconcile(scene.runtime)
    expire_due(scene.runtime)
    for payment in payments:
        assert log.events(payment) == ["payment.expired"]


def test_what_is_rolled_back_is_not_told(scene: Scene, log: Log) -> None:
    payment = scene.open()
    event = PaymentEvent.SHOP_CANCELED
    with transaction.atomic():
        ledger.record_event(payment.pk, event, scene.runtime)
        transaction.set_rollback(True)
    assert log.events(payment) == []
    ledger.record_event(payment.pk, event, scene.runtime)
    assert log.events(payment) == ["payment.canceled"]


def test_no_line_tells_what_is_private(scene: Scene, log: Log) -> None:
    payment, _ = pay_in_two_parts(scene)
    intake.receive_delivery(b'{"event": "transaction.confirmed"}', scene.runtime)
    intake.apply_deliveries(scene.runtime)
    scene.sandbox.pay(payment.address.address, "1", coin="usdc")  # type: ignore[union-attr]
    scene.poll()
    assert payment.address is not None
    hashes = list(Transfer.objects.values_list("hash", flat=True))
    assert len(hashes) == 3
    private = [KEY, SECRET, payment.token, payment.address.address, *hashes]
    assert [word for word in private if word.lower() in log.text.lower()] == []


def test_an_alarm_carries_its_code_as_a_field(scene: Scene, log: Log) -> None:
    intake.receive_delivery(b'{"event": "transaction.confirmed"}', scene.runtime)
    intake.apply_deliveries(scene.runtime)
    (line,) = [line for line in log.lines if line.get("event") == "cryptopay.E102"]
    assert line["delivery"]
    assert line["message"].startswith("cryptopay.E102: ")
    assert line["levelname"] == "ERROR"


def test_our_fields_are_none_of_the_formatters_own(log: Log) -> None:
    logging.getLogger("saleor_cryptopay.core").info(
        "all", extra=dict.fromkeys(FIELDS, "value")
    )
    (line,) = log.lines
    assert {name: line[name] for name in FIELDS} == dict.fromkeys(FIELDS, "value")
    assert line["message"] == "all"


def traced(scene: Scene) -> ListeningTracer:
    """Trace what a scene does."""
    tracer = ListeningTracer()
    gateway = build_gateway(
        "crypton",
        api_url=scene.sandbox.api_url,
        api_key=KEY,
        webhook_secrets=(SECRET,),
        tracer=tracer,
    )
    scene.runtime = replace(scene.runtime, gateway=gateway, tracer=tracer)
    return tracer


def test_spans_tell_which_payment_each_step_is_about(scene: Scene) -> None:
    tracer = traced(scene)
    payment = scene.open()
    scene.pay(payment, "50.10")
    scene.sandbox.mine()
    scene.poll()
    request = {"peer": "the gateway", "method": "GET"}
    assert [row["payment"] for row in tracer.of("open")] == [payment.pk]
    assert tracer.of("open", "request") == [request | {"method": "POST"}]
    assert request in tracer.of("reconcile", "request")
    assert {row["payment"] for row in tracer.of("reconcile", "ledger")} == {payment.pk}
    kinds = [str(row["effect"]) for row in tracer.of("outbox")]
    assert kinds == ["credit", "complete"]
    assert {row["payment"] for row in tracer.of("outbox")} == {payment.pk}


def test_a_delivery_is_traced_from_intake_to_ledger(scene: Scene) -> None:
    tracer = traced(scene)
    payment = scene.open()
    identifier = scene.pay(payment, "50.10")
    body = json.dumps(
        {
            "event": "transaction.detected",
            "data": {"id": identifier, "hash": "0x" + "ab" * 32, "status": "pending"}
            | {"coin": "usdt", "network": "ethereum", "amount": "50.10"}
            | {"confirmations": 0, "address": payment.address.address},  # type: ignore[union-attr]
        }
    )
    intake.receive_delivery(body.encode(), scene.runtime)
    intake.apply_deliveries(scene.runtime)
    assert tracer.of("intake", "request") == [{"peer": "the gateway", "method": "GET"}]
    (applied,) = tracer.of("intake", "ledger")
    assert (applied["payment"], applied["transfer"]) == (payment.pk, identifier)


def test_what_fails_passes_through_its_span(scene: Scene) -> None:
    tracer = traced(scene)
    with pytest.raises(TerminalError):
        scene.runtime.gateway.fetch_transaction("tx_unknown")
    assert tracer.of("request")
    outbox.deliver_effects(scene.runtime)
    assert tracer.of("outbox") == []
