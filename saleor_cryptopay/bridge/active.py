"""The plugin as it is switched on now: where tasks and commands get their runtime."""

from saleor.celeryconf import app
from saleor.plugins.manager import get_plugins_manager

from saleor_cryptopay.operations.runtime import Runtime

from .identity import PLUGIN_ID


def active_runtime() -> Runtime | None:
    """Return the runtime of the plugin with its settings of now, or None if it is off.

    Raises:
        SettingError: it is on, and its settings cannot be used.
    """
    manager = get_plugins_manager(allow_replica=False)
    plugin = manager.get_plugin(PLUGIN_ID)
    if plugin is None or not plugin.active:
        return None
    runtime: Runtime = plugin.runtime()
    return runtime


def runtime_for_commands() -> Runtime | None:
    """Return the same for a process of its own, which may complete checkouts too.

    Saleor's modules import one another in a circle, unless its tasks are imported
    first, as a worker does.

    Raises:
        SettingError: the plugin is on, and its settings cannot be used.
    """
    app.loader.import_default_modules()
    return active_runtime()
