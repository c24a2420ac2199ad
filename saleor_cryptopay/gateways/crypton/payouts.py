"""The adapter through which coins go out: our `Payouts`, in the gateway's HTTP API."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from saleor_cryptopay.core.addresses import canonical_address
from saleor_cryptopay.core.assets import Asset
from saleor_cryptopay.core.errors import (
    AddressError,
    IndeterminateError,
    MalformedError,
    SettingError,
    TerminalError,
)
from saleor_cryptopay.core.money import format_units
from saleor_cryptopay.core.telemetry import NO_TRACER, Tracer
from saleor_cryptopay.gateways.base import Connection, Environment
from saleor_cryptopay.gateways.client import Client
from saleor_cryptopay.gateways.payouts import Withdrawal

from . import replies
from .account import ask_who_we_are, build_client, read_environment, written_time
from .api import Api, segment, understand


class CryptonPayouts:
    """The right to send coins from one account at one deployment of the gateway."""

    name: str = "crypton"
    environment: Environment

    def __init__(
        self,
        api_url: str,
        api_key: str,
        client: Client | None = None,
        tracer: Tracer = NO_TRACER,
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            api_url: the gateway's base with its `/api/v1`.
            api_key: a key that may withdraw; `sk_test_…` or `sk_live_…`.
            client: what to ask through, where it is not to be made here.
            tracer: who is told how long requests take.

        Raises:
            SettingError: the address or the key is of no such form.
        """
        try:
            self.environment = read_environment(api_key)
        except SettingError as error:
            raise SettingError("refund_api_key", error.reason) from None
        self._api = Api(client or build_client(api_url, api_key, tracer))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} ({self.environment})>"

    def test_connection(self) -> Connection:
        """Ask who we are to the gateway; see `Payouts.test_connection`."""
        return ask_who_we_are(self._api, self.environment)

    def send(
        self, asset: Asset, units: int, address: str, *, metadata: Mapping[str, str]
    ) -> Withdrawal:
        """Have coins sent; see `Payouts.send`."""
        if units <= 0:
            raise TerminalError("There is nothing to send.", code="INVALID_REQUEST")
        form = {
            "network": asset.network.slug,
            "coin": asset.coin,
            "amount": format_units(units, asset.decimals),
            "to_address": self._destination(asset, address),
            "metadata": dict(metadata),
        }
        value = self._api.post("/withdrawals", form)
        try:
            return replies.read_withdrawal(value)
        except MalformedError as error:
            raise IndeterminateError(
                f"The gateway took a withdrawal and does not say which. {error}",
                code="NONSENSE",
            ) from None

    def fetch(self, withdrawal_id: str) -> Withdrawal:
        """Return one order as the gateway knows it now; see `Payouts.fetch`."""
        path = f"/withdrawals/{segment(withdrawal_id)}"
        return self._api.get(path, replies.read_withdrawal)

    def recent(self, since: datetime, asset: Asset) -> Iterator[Withdrawal]:
        """Yield the orders taken since then; see `Payouts.recent`.

        The gateway is not asked for one coin only: its pages name one coin in several
        ways, and an order that a filter hides would be made a second time. So would one
        on a page that is not read: a page that is not full is not taken for the last.
        """
        query = {"from_date": written_time(since)}
        for rows in self._api.pages(
            "/withdrawals", "withdrawals", query, until_empty=True
        ):
            for row in rows:
                found = understand(row, replies.read_withdrawal)
                if found.network in ("", asset.network.slug) and found.coin in (
                    "",
                    asset.coin,
                ):
                    yield found

    def _destination(self, asset: Asset, address: str) -> str:
        is_test = self.environment is Environment.TEST
        try:
            return canonical_address(address, asset.network, is_test=is_test)
        except AddressError as error:
            raise TerminalError(
                f"Coins cannot be sent there: {error}", code="INVALID_ADDRESS"
            ) from None
