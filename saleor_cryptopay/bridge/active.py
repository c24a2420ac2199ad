"""The plugin as it is switched on now: where tasks and commands get their runtime."""

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
