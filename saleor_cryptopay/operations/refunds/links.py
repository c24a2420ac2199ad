"""The customer's link: its address, and how long it holds."""

from saleor_cryptopay.models import Refund
from saleor_cryptopay.operations.runtime import Runtime


def refund_url(refund: Refund, runtime: Runtime) -> str:
    """Return the absolute address of the customer's page."""
    return f"{runtime.base_url}refund/{refund.token}/"


def has_expired(refund: Refund, runtime: Runtime) -> bool:
    """Whether the time to name an address is over."""
    return runtime.clock() >= refund.expires_at
