"""`cryptopay cases`: payments that a person has to decide about."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any, Final

from django.core.management.base import CommandError, OutputWrapper
from django.utils import timezone

from saleor_cryptopay.core.errors import CaseError
from saleor_cryptopay.models import Case
from saleor_cryptopay.operations.cases import close_cases

from .operators import operator

HELP: Final = "list and close what waits for a decision"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare list and close."""
    actions = parser.add_subparsers(dest="action")
    listing = actions.add_parser("list", help="open cases, oldest first (the default)")
    listing.add_argument("--closed", action="store_true", help="those that are closed")
    close = actions.add_parser("close", help="say what was decided")
    close.add_argument("id", type=int)
    close.add_argument("--reason", default="", help="what was decided")


def run(options: Mapping[str, Any], out: OutputWrapper) -> int:
    """Do what was asked; list where nothing was."""
    if options.get("action") == "close":
        case = _find(options["id"])
        try:
            close_cases(
                case.payment, [case.pk], operator(), options["reason"], timezone.now()
            )
        except CaseError as error:
            raise CommandError(str(error)) from None
        case.refresh_from_db()
        _write(case, out)
        return 0
    is_open = not options.get("closed")
    cases = Case.objects.filter(closed_at__isnull=is_open).order_by("opened_at", "pk")
    for case in cases:
        _write(case, out)
    return 0


def _write(case: Case, out: OutputWrapper) -> None:
    line = f"{case.pk}  {case.opened_at:%Y-%m-%d %H:%M:%S}  payment {case.payment_id}"
    out.write(f"{line}  {case.why}\n")
    if case.closed_at:
        out.write(
            f"    closed {case.closed_at:%Y-%m-%d %H:%M:%S} by {case.closed_by}:"
            f" {case.note}\n"
        )


def _find(number: int) -> Case:
    case = Case.objects.select_related("payment").filter(pk=number).first()
    if case is None:
        raise CommandError(f"There is no case {number}.")
    return case
