"""Where the right to send coins is made: from a key of its own.

One task sends with it. `cryptopay check` asks with it whether it is good, and
`cryptopay refunds settle … sent` what became of an order.

Law of this file: nothing that answers a request may import it, but for the check of
the settings when they are saved.
"""

from saleor.plugins.manager import get_plugins_manager

from saleor_cryptopay.core.errors import GatewayError, SettingError, TerminalError
from saleor_cryptopay.gateways.payouts import Payouts
from saleor_cryptopay.gateways.registry import build_payouts
from saleor_cryptopay.operations.registration import may_withdraw

from .identity import PLUGIN_ID
from .services.tracing import build_tracer
from .settings.configuration import Configuration


def open_treasury() -> Payouts | None:
    """Return what sends coins; None where the plugin is off or has no key for it.

    Raises:
        SettingError: the plugin's settings cannot be used.
    """
    plugin = get_plugins_manager(allow_replica=False).get_plugin(PLUGIN_ID)
    if plugin is None or not plugin.active:
        return None
    return _build(plugin.read())


def check_treasury(configuration: Configuration) -> None:
    """Ask the gateway whether the key for refunds is good; nothing without one.

    Raises:
        SettingError: it is not, or the gateway does not answer.
    """
    payouts = _build(configuration)
    if payouts is None:
        return
    try:
        connection = payouts.test_connection()
    except TerminalError as error:
        raise SettingError("refund_api_key", f"The gateway says: {error}") from None
    except GatewayError as error:
        raise SettingError("api_url", f"The gateway does not answer: {error}") from None
    if not may_withdraw(connection):
        raise SettingError(
            "refund_api_key", "The gateway says that this key may not withdraw."
        )


def _build(configuration: Configuration) -> Payouts | None:
    if not configuration.refund_api_key:
        return None
    return build_payouts(
        configuration.gateway,
        api_url=configuration.api_url,
        api_key=configuration.refund_api_key,
        tracer=build_tracer(),
    )
