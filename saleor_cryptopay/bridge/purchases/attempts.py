"""Letting Saleor go on with an order, without what it cannot do undoing what we did.

Saleor acts on each rise of an order's money as if it were the first: it issues gift
cards and downloads that went out already, and raises. Its own `transactionEventReport`
has committed the money by then; here both are one commit, and the money has to stay.
"""

import logging
from collections.abc import Callable
from typing import Final

from django.db import OperationalError, transaction

from saleor_cryptopay.core.telemetry import about

logger = logging.getLogger(__name__)

STUCK_WORDS: Final = "The money is recorded; Saleor could not go on with the order:"


def attempt(act: Callable[[], object], reference: str) -> str:
    """Have Saleor do something, all of it or nothing; inside a transaction.

    Args:
        act: calls Saleor; what it sends after the commit is not sent if it raises.
        reference: of our payment, for the log.

    Returns:
        What it could not do, in words for staff; "" if it could.

    Raises:
        OperationalError: a deadlock or a lost connection: the whole is to be tried
            again.
    """
    try:
        with transaction.atomic():
            act()
    except OperationalError:
        raise
    except Exception as error:
        logger.exception("Saleor could not go on", extra=about(reference=reference))
        return f"{STUCK_WORDS} {str(error) or type(error).__name__}"
    return ""
