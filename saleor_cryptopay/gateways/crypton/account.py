"""An account at the gateway: its address, its key, and whether they are accepted."""

import re
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from saleor_cryptopay.core.errors import SettingError, TerminalError
from saleor_cryptopay.core.telemetry import NO_TRACER, Tracer
from saleor_cryptopay.gateways.base import Connection, Environment
from saleor_cryptopay.gateways.client import Client

from . import replies
from .api import Api

# Host and path: no user, query or fragment.
_ADDRESS: Final = re.compile(r"[a-z]+://[^\s?#@\\]+", re.ASCII)
_KEY: Final = re.compile(r"sk_(test|live)_[!-~]+", re.ASCII)


def read_environment(api_key: str) -> Environment:
    """Return which money a key is for.

    Raises:
        SettingError: it is no key of this gateway.
    """
    match = _KEY.fullmatch(api_key)
    if match is None:
        raise SettingError(
            "api_key",
            "a key of this gateway begins with sk_test_ or sk_live_ and has no spaces",
        )
    return Environment(match[1])


def build_client(api_url: str, api_key: str, tracer: Tracer = NO_TRACER) -> Client:
    """Return what the API is asked through; nothing is asked yet.

    Raises:
        SettingError: the address is none of a web API.
    """
    try:
        parts = urlsplit(api_url)
        is_address = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    is_web = api_url.startswith(("https://", "http://"))
    if not is_address or not is_web or not _ADDRESS.fullmatch(api_url):
        raise SettingError(
            "api_url", "this is no address of the form https://host/api/v1, and no more"
        )
    return Client(api_url, headers={"X-Api-Key": api_key}, tracer=tracer)


def written_time(moment: datetime) -> str:
    """Write a time as the gateway does: whole seconds, rounded down, and a Z."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def ask_who_we_are(api: Api, environment: Environment) -> Connection:
    """Return what the gateway says of the key.

    Raises:
        TerminalError: the key is refused, or is for the other environment.
        RetryableError: no answer that says anything.
    """
    connection = api.get("/auth/test", replies.read_connection)
    if connection.environment not in (None, environment):
        raise TerminalError(
            f"“api_key” is a {environment} key, but the gateway says that it"
            f" is for {connection.environment}.",
            code="WRONG_ENVIRONMENT",
        )
    return connection
