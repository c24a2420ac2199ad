"""Spans as OpenTelemetry collects them."""

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from saleor_cryptopay.bridge.services.tracing import OpenTelemetryTracer, build_tracer

SECRET = "what is nobody's business"


class Collected:
    """A tracer, and what was told to it."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracer = OpenTelemetryTracer(provider)

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return tuple(self._exporter.get_finished_spans())


def test_a_span_has_its_name_and_what_it_is_about() -> None:
    collected = Collected()
    with collected.tracer.span("ledger", payment=7, network="", event="seen"):
        pass
    (span,) = collected.spans
    assert span.name == "cryptopay.ledger"
    assert span.kind is SpanKind.INTERNAL
    assert dict(span.attributes or {}) == {
        "cryptopay.payment": "7",
        "cryptopay.event": "seen",
    }
    scope = span.instrumentation_scope
    assert scope is not None
    assert scope.name == "saleor_cryptopay"


def test_requests_are_told_of_as_going_out_and_below_what_asked_for_them() -> None:
    collected = Collected()
    with collected.tracer.span("open"), collected.tracer.span("request"):
        pass
    request, opening = collected.spans
    assert request.kind is SpanKind.CLIENT
    assert request.parent is not None
    assert opening.context is not None
    assert request.parent.span_id == opening.context.span_id


def test_of_an_error_only_its_type_is_told() -> None:
    collected = Collected()
    with pytest.raises(ValueError, match=SECRET), collected.tracer.span("outbox"):
        raise ValueError(SECRET)
    (span,) = collected.spans
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "ValueError"
    assert SECRET not in span.to_json()


def test_a_process_has_one_tracer() -> None:
    assert isinstance(build_tracer(), OpenTelemetryTracer)
    assert build_tracer() is build_tracer()
