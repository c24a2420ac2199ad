"""The names by which Saleor knows us. Storefronts rely on them."""

from typing import Final

PLUGIN_ID: Final = "saleor_cryptopay"
PLUGIN_NAME: Final = "Cryptocurrency payments"
PLUGIN_PATH: Final = f"/plugins/global/{PLUGIN_ID}/"
