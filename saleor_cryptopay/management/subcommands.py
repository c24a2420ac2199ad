"""The subcommands of `manage.py cryptopay`: one module each, listed here."""

from argparse import ArgumentParser
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Protocol

from django.core.management.base import OutputWrapper

from . import (
    audit,
    cases,
    check,
    deliveries,
    expire,
    export,
    outbox,
    rates,
    reconcile,
    refunds,
    reseal,
)


class Subcommand(Protocol):
    """What such a module has."""

    HELP: str

    def add_arguments(self, parser: ArgumentParser, /) -> None:
        """Declare its arguments."""
        ...

    def run(self, options: Mapping[str, Any], out: OutputWrapper, /) -> int:
        """Do it, write to `out`, and return the exit status."""
        ...


SUBCOMMANDS: Final[Mapping[str, Subcommand]] = MappingProxyType(
    {
        "audit": audit,
        "cases": cases,
        "check": check,
        "deliveries": deliveries,
        "expire": expire,
        "export": export,
        "outbox": outbox,
        "rates": rates,
        "reconcile": reconcile,
        "refunds": refunds,
        "reseal": reseal,
    }
)
