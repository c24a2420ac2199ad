"""Spans through OpenTelemetry, which Saleor brings along and sets up where wanted.

Where nothing collects spans, its own tracer costs next to nothing; where the package is
missing altogether, ours does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

from saleor_cryptopay import __version__
from saleor_cryptopay.core.telemetry import NO_TRACER, Tracer

try:
    from opentelemetry.trace import SpanKind, StatusCode, TracerProvider, get_tracer
except ImportError:
    HAS_OPENTELEMETRY = False
else:
    HAS_OPENTELEMETRY = True

SCOPE: Final = "saleor_cryptopay"
PREFIX: Final = "cryptopay."

# What leaves this machine; all else happens within it.
OUTGOING: Final = frozenset({"request"})


@cache
def build_tracer() -> Tracer:
    """Return what tells of spans; of this process, as OpenTelemetry's own is."""
    return OpenTelemetryTracer() if HAS_OPENTELEMETRY else NO_TRACER


class OpenTelemetryTracer:
    """See `core.telemetry.Tracer`."""

    def __init__(self, provider: "TracerProvider | None" = None) -> None:
        """Prepare.

        Args:
            provider: who collects the spans; None for whom Saleor has set up.
        """
        self._tracer = get_tracer(SCOPE, __version__, provider)

    @contextmanager
    def span(self, name: str, **attributes: object) -> Iterator[None]:
        """Tell of a span below the current one.

        Of an error only its type is told: messages may hold what is nobody's business.
        """
        values: dict[str, Any] = {
            f"{PREFIX}{key}": str(value)
            for key, value in attributes.items()
            if value not in (None, "")
        }
        with self._tracer.start_as_current_span(
            f"{PREFIX}{name}",
            kind=SpanKind.CLIENT if name in OUTGOING else SpanKind.INTERNAL,
            attributes=values,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except Exception as error:
                span.set_status(StatusCode.ERROR)
                span.set_attribute("error.type", type(error).__name__)
                raise
