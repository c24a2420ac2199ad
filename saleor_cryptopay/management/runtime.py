"""What the commands work with: the active plugin's runtime, or a program's own."""

from typing import Final

from django.conf import settings
from django.core.management.base import CommandError
from django.utils.module_loading import import_string

from saleor_cryptopay.core.errors import SettingError
from saleor_cryptopay.gateways.payouts import Payouts
from saleor_cryptopay.operations.runtime import Runtime

# Dotted path of a function that returns a Runtime, or None where it is switched off.
SETTING: Final = "CRYPTOPAY_RUNTIME"
DEFAULT: Final = "saleor_cryptopay.bridge.active.runtime_for_commands"

# The same for what sends refunds.
PAYOUTS_SETTING: Final = "CRYPTOPAY_PAYOUTS"
DEFAULT_PAYOUTS: Final = "saleor_cryptopay.bridge.treasury.open_treasury"


def command_runtime() -> Runtime:
    """Return what the operations need.

    Raises:
        CommandError: the plugin is switched off, or its settings cannot be used.
    """
    build = import_string(getattr(settings, SETTING, DEFAULT))
    try:
        runtime: Runtime | None = build()
    except SettingError as error:
        raise CommandError(f"The plugin's settings cannot be used: {error}") from None
    if runtime is None:
        raise CommandError("The plugin is switched off: switch it on in the Dashboard.")
    return runtime


def command_payouts() -> Payouts | None:
    """Return what sends refunds; None where there is no key for it.

    Raises:
        CommandError: the plugin's settings cannot be used.
    """
    build = import_string(getattr(settings, PAYOUTS_SETTING, DEFAULT_PAYOUTS))
    try:
        payouts: Payouts | None = build()
    except SettingError as error:
        raise CommandError(f"The plugin's settings cannot be used: {error}") from None
    return payouts
