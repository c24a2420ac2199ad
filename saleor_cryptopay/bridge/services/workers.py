"""Asking Celery's workers whether they are there."""

from typing import Any, Final

from kombu.exceptions import OperationalError

SECONDS: Final = 2


def count_workers(app: Any) -> int | None:
    """Return how many workers of a Celery app answer.

    None where the broker cannot pass a question to all of them (as files cannot); 0
    also where the broker does not answer.
    """
    try:
        with app.connection_for_write() as connection:
            if not connection.supports_exchange_type("fanout"):
                return None
            return len(app.control.ping(timeout=SECONDS, connection=connection))
    except (OperationalError, OSError):
        return 0
