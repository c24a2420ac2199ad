"""The figures of health as Prometheus reads them; the same ones, and no more."""

from collections.abc import Iterator, Mapping
from typing import Final

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

# Figure of health → what it is. All of them can go up and down.
_GAUGES: Final = {
    "oldest_waiting_delivery_seconds": "Age of the oldest webhook not applied yet.",
    "oldest_waiting_effect_seconds": "Age of the oldest message the shop did not get.",
    "open_payments_unchecked": "Payments past their deadline that nobody looked at.",
    "open_cases": "What waits for a decision of staff.",
    "seconds_since_audit": "Time since an audit came to its end; 0 before the first.",
    "webhook_secrets": "Whether webhooks can be verified.",
    "rates_on_one_source": "Whether rates rest on a single source.",
    "assets_without_rate": "Pairs that have had no rate for too long.",
}


def prometheus_text(data: Mapping[str, object]) -> str:
    """Return health's figures in Prometheus' text format."""
    return "".join(_lines(data))


def _lines(data: Mapping[str, object]) -> Iterator[str]:
    labels = f'{{gateway="{data["gateway"]}",environment="{data["environment"]}"}}'
    yield from _gauge("healthy", "Whether all is well.", data["status"] == "ok", labels)
    for name, words in _GAUGES.items():
        if name in data:
            yield from _gauge(name, words, data[name], labels)


def _gauge(name: str, words: str, value: object, labels: str) -> Iterator[str]:
    yield f"# HELP cryptopay_{name} {words}\n"
    yield f"# TYPE cryptopay_{name} gauge\n"
    yield f"cryptopay_{name}{labels} {_number(value)}\n"


def _number(value: object) -> int:
    """Return a figure as a number: of a list its length, and 0 where nothing waits."""
    if isinstance(value, int):
        return int(value)
    return len(value) if isinstance(value, list) else 0
