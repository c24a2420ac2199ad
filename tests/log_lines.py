"""The log as Saleor writes it: JSON, an object a line."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from saleor_cryptopay.models import Payment

# As Saleor's own formatter is set up.
FORMAT = (
    "%(asctime)s %(levelname)s %(lineno)s %(message)s %(name)s %(pathname)s"
    " %(process)d %(threadName)s"
)


class Log:
    """What was written."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def events(self, payment: Payment) -> list[str]:
        """Return what happened to a payment, by its lines."""
        about = [line for line in self.lines if line.get("payment") == str(payment.pk)]
        return [line["event"] for line in about if "event" in line]


@contextmanager
def written_log() -> Iterator[Log]:
    """Give what the package writes from now on."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter(FORMAT))
    logger = logging.getLogger("saleor_cryptopay")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield Log(stream)
    logger.removeHandler(handler)
    logger.setLevel(level)
