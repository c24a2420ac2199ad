"""The table of networks and assets, checked by hand.

Nothing here is read from a crowd's list: public ones hold wrong decimals. Sources:
contracts and decimals are those of the issuers' own pages (Circle, Tether) as far
as they issue on that network, else of the network's bridge; confirmations are those
the gateway documents; explorers are the ones each network's own site links to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .errors import AssetError


class AddressKind(StrEnum):
    """How an address of a network is written and checked."""

    BITCOIN = "bitcoin"
    LITECOIN = "litecoin"
    EVM = "evm"
    TRON = "tron"


@dataclass(frozen=True, slots=True)
class Network:
    """A chain.

    Attributes:
        slug: the gateway's name for it (`ethereum`), also used in asset names.
        name: what people call it (`Ethereum`).
        native: the coin that pays its fees (`eth`).
        address_kind: how its addresses are written.
        chain_id: EIP-155 number; None outside the EVM family.
        confirmations: blocks after which the gateway calls a transfer final.
        transaction_url: explorer page of a transaction, with `{hash}`.
        uri_scheme: scheme of its ratified payment URI; None where there is none.
    """

    slug: str
    name: str
    native: str
    address_kind: AddressKind
    chain_id: int | None
    confirmations: int
    transaction_url: str
    uri_scheme: str | None


@dataclass(frozen=True, slots=True)
class Asset:
    """A coin on a network, written `coin@network`.

    Attributes:
        coin: the gateway's slug (`usdt`).
        network: the chain it is on.
        name: what people call it (`Tether USD`).
        decimals: places of the base unit *on this network*.
        contract: token contract in canonical form; None for the native coin.
        pegged_to: ISO 4217 currency that one coin is meant to be worth, or None.
    """

    coin: str
    network: Network
    name: str
    decimals: int
    contract: str | None = None
    pegged_to: str | None = None

    @property
    def key(self) -> str:
        """The asset's name everywhere: `usdt@ethereum`."""
        return f"{self.coin}@{self.network.slug}"

    @property
    def symbol(self) -> str:
        """The coin as people write it: `USDT`."""
        return self.coin.upper()

    @property
    def is_native(self) -> bool:
        """Whether it is the network's own coin rather than a token."""
        return self.contract is None

    def __str__(self) -> str:
        return self.key


def _networks(*rows: Network) -> dict[str, Network]:
    return {row.slug: row for row in rows}


NETWORKS: dict[str, Network] = _networks(
    Network(
        "bitcoin", "Bitcoin", "btc", AddressKind.BITCOIN, None, 6,
        "https://mempool.space/tx/{hash}", "bitcoin",
    ),
    Network(
        "ethereum", "Ethereum", "eth", AddressKind.EVM, 1, 12,
        "https://etherscan.io/tx/{hash}", "ethereum",
    ),
    Network(
        "tron", "TRON", "trx", AddressKind.TRON, None, 19,
        "https://tronscan.org/#/transaction/{hash}", None,
    ),
    Network(
        "bsc", "BNB Smart Chain", "bnb", AddressKind.EVM, 56, 15,
        "https://bscscan.com/tx/{hash}", "ethereum",
    ),
    Network(
        "polygon", "Polygon", "matic", AddressKind.EVM, 137, 20,
        "https://polygonscan.com/tx/{hash}", "ethereum",
    ),
    Network(
        "arbitrum", "Arbitrum One", "eth", AddressKind.EVM, 42161, 10,
        "https://arbiscan.io/tx/{hash}", "ethereum",
    ),
    Network(
        "fantom", "Fantom", "ftm", AddressKind.EVM, 250, 12,
        "https://ftmscan.com/tx/{hash}", "ethereum",
    ),
    Network(
        "litecoin", "Litecoin", "ltc", AddressKind.LITECOIN, None, 6,
        "https://litecoinspace.org/tx/{hash}", "litecoin",
    ),
)  # fmt: skip

# Coin, network, name, decimals: on the networks where it is the native coin
_NATIVE: tuple[tuple[str, str, str, int], ...] = (
    ("btc", "bitcoin", "Bitcoin", 8),
    ("eth", "ethereum", "Ether", 18),
    ("trx", "tron", "TRON", 6),
    ("bnb", "bsc", "BNB", 18),
    ("matic", "polygon", "POL (formerly MATIC)", 18),
    ("eth", "arbitrum", "Ether", 18),
    ("ftm", "fantom", "Fantom", 18),
    ("ltc", "litecoin", "Litecoin", 8),
)

# Coin, network, name, decimals, contract; all of them pegged to the US dollar
_DOLLAR_TOKENS: tuple[tuple[str, str, str, int, str], ...] = (
    ("usdt", "ethereum", "Tether USD", 6, "0xdAC17F958D2ee523a2206206994597C13D831ec7"),
    ("usdt", "tron", "Tether USD", 6, "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
    ("usdt", "bsc", "Tether USD", 18, "0x55d398326f99059fF775485246999027B3197955"),
    ("usdt", "polygon", "Tether USD", 6, "0xc2132D05D31c914a87C6611C10748AEb04B58e8F"),
    ("usdt", "arbitrum", "Tether USD", 6, "0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9"),
    ("usdc", "ethereum", "USD Coin", 6, "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"),
    ("usdc", "bsc", "USD Coin", 18, "0x8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d"),
    ("usdc", "polygon", "USD Coin", 6, "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"),
    ("usdc", "arbitrum", "USD Coin", 6, "0xaf88d065e77c8cC2239327C5EDb3A432268e5831"),
    ("busd", "bsc", "BUSD", 18, "0xe9e7CEA3DedcA5984780Bafc599bD69ADd087D56"),
    ("busd", "ethereum", "BUSD", 18,
     "0x4Fabb145d64652a948d72533023f6E7A623C7C53"),
    ("dai", "ethereum", "Dai", 18, "0x6B175474E89094C44Da98b954EedeAC495271d0F"),
    ("dai", "bsc", "Dai", 18, "0x1AF3F329e8BE154074D8769D1FFa4eE058B1DBc3"),
    ("dai", "polygon", "Dai", 18, "0x8f3Cf7ad23Cd3CaDbD9735AFf958023239c6A063"),
)  # fmt: skip


def _assets() -> Iterable[Asset]:
    for coin, network, name, decimals in _NATIVE:
        yield Asset(coin, NETWORKS[network], name, decimals)
    for coin, network, name, decimals, contract in _DOLLAR_TOKENS:
        yield Asset(coin, NETWORKS[network], name, decimals, contract, "USD")


ASSETS: dict[str, Asset] = {asset.key: asset for asset in _assets()}


def find_asset(key: str) -> Asset:
    """Return the asset named `coin@network`.

    Raises:
        AssetError: no such asset is in the table.
    """
    try:
        return ASSETS[key]
    except KeyError:
        known = ", ".join(sorted(ASSETS))
        raise AssetError(
            f"“{key}” is no asset this plugin knows. It knows: {known}."
        ) from None


def find_network(slug: str) -> Network:
    """Return the network with the gateway's slug.

    Raises:
        AssetError: no such network is in the table.
    """
    try:
        return NETWORKS[slug]
    except KeyError:
        known = ", ".join(sorted(NETWORKS))
        raise AssetError(
            f"“{slug}” is no network this plugin knows. It knows: {known}."
        ) from None
