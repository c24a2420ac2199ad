"""Log and traces as a real Saleor writes them."""

import json
from typing import Any

from demo.services.saleor import RunningSaleor

from .shell import NEXT_MINUTE, PAYMENT_ID, Shell
from .shopping import SOON, Session, Shopper, wait_until

USDT = {"asset": "usdt@ethereum"}

# What Saleor's set-up of OpenTelemetry does, but for where the spans go.
TRACE_A_CHECK = """
import json, os
from uuid import UUID

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from saleor_cryptopay.bridge.active import active_runtime
from saleor_cryptopay.operations import reconciliation

os.environ.pop("OTEL_SDK_DISABLED", None)
exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
reconciliation.check_payment(UUID(payment_id), active_runtime())
provider.shutdown()
print(json.dumps([[span.name, dict(span.attributes)] for span in
                  exporter.get_finished_spans()]))
"""


def payment_id(session: Session, shell: Shell) -> str:
    return shell.run(PAYMENT_ID, token=session.payment["token"])


def lines_about(saleor: RunningSaleor, payment: str) -> list[dict[str, Any]]:
    """Return the JSON lines of Saleor's processes that carry a payment's id."""
    logs = [program.log for program in (saleor.server, saleor.worker)]
    texts = [line for log in logs for line in log.read_text().splitlines()]
    lines = [json.loads(text) for text in texts if text.startswith("{")]
    return [line for line in lines if line.get("payment") == payment]


def events_of(saleor: RunningSaleor, payment: str) -> list[dict[str, Any]]:
    """Return those that tell what happened; others tell how it was asked for."""
    return [line for line in lines_about(saleor, payment) if "event" in line]


def test_a_payments_life_is_found_in_saleors_log_by_its_id(
    shopper: Shopper, saleor: RunningSaleor, shell: Shell
) -> None:
    session = shopper.initialize(shopper.checkout(), USDT)
    payment = payment_id(session, shell)
    shopper.send(session)
    shopper.wait_for_status(session, "payment_detected", SOON)
    shopper.sandbox.mine()
    shopper.wait_for_order(session, SOON)
    wait_until(lambda: len(events_of(saleor, payment)) >= 2, SOON, "two events")
    events = events_of(saleor, payment)
    assert [line["event"] for line in events] == [
        "payment.payment_detected",
        "payment.confirmed",
    ]
    assert {line["network"] for line in events} == {"ethereum"}
    lines = lines_about(saleor, payment)
    told = json.dumps(lines)
    for private in (session.payment["address"], session.payment["token"]):
        assert private not in told


def test_saleors_own_opentelemetry_collects_our_spans(
    shopper: Shopper, shell: Shell
) -> None:
    session = shopper.initialize(shopper.checkout(), USDT)
    payment = payment_id(session, shell)
    shopper.send(session)
    shopper.wait_for_status(session, "payment_detected", SOON)
    shell.run(NEXT_MINUTE)
    spans = json.loads(shell.run(TRACE_A_CHECK, payment_id=payment))
    about = {"cryptopay.payment": payment}
    assert [name for name, _ in spans] == [
        "cryptopay.request",
        "cryptopay.ledger",
        "cryptopay.reconcile",
    ]
    (_, request), (_, ledger), (_, reconcile) = spans
    assert request == {"cryptopay.peer": "the gateway", "cryptopay.method": "GET"}
    assert ledger.items() >= about.items()
    assert reconcile == about
