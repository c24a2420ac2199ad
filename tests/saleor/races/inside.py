"""A Saleor without a server: its GraphQL, called in the process that asks.

Runs inside Saleor's own environment; all of Saleor's request path runs, and the
database is reached over the connections of the calling thread.
"""

from typing import Any, Final

import httpx
from django.core.wsgi import get_wsgi_application
from saleor.account.models import User
from saleor.channel.models import Channel
from saleor.core.jwt import create_access_token
from saleor.plugins.models import PluginConfiguration

from demo.services.graphql import GraphQL
from saleor_cryptopay.bridge.app_row import ensure_app
from saleor_cryptopay.bridge.identity import PLUGIN_ID

URL: Final = "http://127.0.0.1"

SETTINGS: Final = {
    "api_key": "sk_test_sandbox",
    "webhook_secrets": "nobody signs anything with this one",
    "assets": "usdt@ethereum",
    "payment_window_minutes": "60",
}

REFUNDS_ON: Final = {"refunds": "approval", "refund_api_key": "sk_test_sandbox"}
REFUNDS_OFF: Final = {"refunds": "off", "refund_api_key": ""}


class SaleorInside:
    """What `demo.services.catalogue` and a storefront use of a shop."""

    def __init__(self, staff_email: str) -> None:
        transport = httpx.WSGITransport(app=get_wsgi_application())
        client = httpx.Client(transport=transport, base_url=URL)
        self.api = GraphQL(f"{URL}/graphql/", client)
        self._token: str = create_access_token(User.objects.get(email=staff_email))

    def graphql(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        token: str | None = None,
    ) -> dict[str, Any]:
        """Send a query and return its data."""
        return self.api.execute(query, variables, token)

    def staff_token(self) -> str:
        """Return the token of a member of staff who may do everything."""
        return self._token


def switch_on(api_url: str) -> None:
    """Have the plugin active, as staff would, without asking the gateway."""
    values = {**SETTINGS, "api_url": api_url}
    items = [{"name": name, "value": value} for name, value in values.items()]
    PluginConfiguration.objects.update_or_create(
        identifier=PLUGIN_ID,
        channel=None,
        defaults={"active": True, "configuration": items, "name": PLUGIN_ID},
    )
    ensure_app()


def allow_refunds(*, is_on: bool) -> None:
    """Have the plugin promise coins back from here on, or refuse to, as staff say."""
    row = PluginConfiguration.objects.get(identifier=PLUGIN_ID)
    values = REFUNDS_ON if is_on else REFUNDS_OFF
    kept = [item for item in row.configuration if item["name"] not in values]
    changed = [{"name": name, "value": value} for name, value in values.items()]
    row.configuration = kept + changed
    row.save(update_fields=["configuration"])


def confirm_paid_orders(*, is_on: bool) -> None:
    """Have Saleor confirm orders that are paid, or leave that to staff."""
    Channel.objects.update(automatically_confirm_all_new_orders=is_on)
