"""Which prices Saleor's channels need."""

from saleor.channel.models import Channel

from saleor_cryptopay.operations.market import Need, needs_of
from saleor_cryptopay.operations.runtime import Runtime


def list_needs(runtime: Runtime) -> list[Need]:
    """Return what the market must price for the active channels.

    Channels that share a coin and a currency share its price, and so one need.
    """
    channels = Channel.objects.filter(is_active=True).order_by("pk")
    found = {
        (need.asset.coin, need.currency): need
        for slug, currency in channels.values_list("slug", "currency_code")
        for need in needs_of(runtime.policies(slug), currency)
    }
    return list(found.values())
