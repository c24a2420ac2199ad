"""What a Saleor is told by environment variables."""

from functools import cache
from pathlib import Path

from Crypto.PublicKey import RSA

from .installs import SaleorInstall
from .processes import bare_environment
from .redis import Broker

SETTINGS_MODULE = "saleor_with_files"


def saleor_environment(install: SaleorInstall, database_url: str) -> dict[str, str]:
    """Return the variables of every program of a Saleor, as in production."""
    return bare_environment(
        PYTHONPATH=str(install.src),
        DJANGO_SETTINGS_MODULE="saleor.settings",
        DATABASE_URL=database_url,
        DATABASE_URL_REPLICA=database_url,
        DEBUG="False",
        SECRET_KEY="a shop on the loopback",  # noqa: S106 - guards nothing
        RSA_PRIVATE_KEY=_signing_key(),
        ALLOWED_HOSTS="127.0.0.1,localhost",
        ALLOWED_CLIENT_HOSTS="127.0.0.1,localhost",
        ALLOWED_GRAPHQL_ORIGINS="*",
        EMAIL_URL="console://",
        DEFAULT_FROM_EMAIL="shop@example.com",
        HTTP_IP_FILTER_ALLOW_LOOPBACK_IPS="True",
        # Nothing leaves the machine.
        SEND_USAGE_TELEMETRY="False",
        OTEL_SDK_DISABLED="true",
        # Longer than any run, so that nobody has to sign in twice.
        JWT_TTL_ACCESS="1 day",
    )


def broker_environment(
    broker: Broker, install: SaleorInstall, folder: Path
) -> dict[str, str]:
    """Return the variables that lead to a broker and its cache.

    Saleor has no variable for the options of file transport; a settings module in
    `folder` brings them.
    """
    variables = {"CELERY_BROKER_URL": broker.url, "CACHE_URL": broker.cache_url}
    if not broker.transport_options:
        return variables
    options = f"CELERY_BROKER_TRANSPORT_OPTIONS = {broker.transport_options!r}\n"
    module = folder / f"{SETTINGS_MODULE}.py"
    module.write_text(f"from saleor.settings import *\n\n{options}")
    return {
        **variables,
        "DJANGO_SETTINGS_MODULE": SETTINGS_MODULE,
        "PYTHONPATH": f"{folder}:{install.src}",
    }


@cache
def _signing_key() -> str:
    # One for all programs of a run: a token stays valid over a restart of the server.
    return RSA.generate(2048).export_key().decode()
