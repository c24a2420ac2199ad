"""`cryptopay reseal`: after Django's SECRET_KEY was changed."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any, Final

from django.core.management.base import OutputWrapper

from saleor_cryptopay.models import Address, Refund
from saleor_cryptopay.operations import integrity

HELP: Final = "seal addresses with the present SECRET_KEY, before a fallback is dropped"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare no arguments."""
    del parser


def run(options: Mapping[str, Any], out: OutputWrapper) -> int:
    """Seal every intact address and refund anew."""
    del options
    issued = Address.objects.exclude(address="").select_related("payment")
    sealed, changed = integrity.reseal(issued.iterator(chunk_size=500))
    out.write(f"{sealed} addresses sealed, {changed} do not bear a good seal.\n")
    named = Refund.objects.exclude(mac="").select_related("payment")
    again, broken = integrity.reseal_refunds(named.iterator(chunk_size=500))
    out.write(f"{again} refunds sealed, {broken} do not bear a good seal.\n")
    return 1 if changed + broken else 0
