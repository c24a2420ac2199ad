"""`cryptopay deliveries`: webhooks as they came; what became of them; once more."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any, Final

from django.core.management.base import CommandError, OutputWrapper

from saleor_cryptopay.models import Delivery
from saleor_cryptopay.operations import intake, outbox

from .counts import count
from .runtime import command_runtime

HELP: Final = "list, show and replay webhooks"

# Kinds of deliveries that can be replayed together.
KINDS: Final = (Delivery.Status.UNMATCHED, Delivery.Status.DEAD)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare list, show and replay."""
    actions = parser.add_subparsers(dest="action")
    listing = actions.add_parser("list", help="the latest deliveries (the default)")
    listing.add_argument("--status", choices=Delivery.Status.values)
    listing.add_argument("--most", type=count, default=50, help="how many")
    show = actions.add_parser("show", help="one delivery with its body")
    show.add_argument("id", type=int)
    replay = actions.add_parser("replay", help="apply deliveries once more")
    replay.add_argument("id", type=int, nargs="?")
    for kind in KINDS:
        replay.add_argument(f"--{kind}", action="store_true")


def run(options: Mapping[str, Any], out: OutputWrapper) -> int:
    """Do what was asked; list where nothing was."""
    match options.get("action"):
        case "show":
            _show(_find(options["id"]), out)
        case "replay":
            return _replay(options, out)
        case _:
            _list(options, out)
    return 0


def _list(options: Mapping[str, Any], out: OutputWrapper) -> None:
    rows = Delivery.objects.order_by("-pk")
    if status := options.get("status"):
        rows = rows.filter(status=status)
    out.writelines(
        f"{row.pk}  {row.received_at:%Y-%m-%d %H:%M:%S}  {row.status:<9}"
        f"  tried {row.attempts} times  {row.note[:80]}\n"
        for row in rows[: options.get("most") or 50]
    )


def _show(row: Delivery, out: OutputWrapper) -> None:
    out.write(f"{row}, from {row.gateway} ({row.environment})\n")
    out.write(f"received {row.received_at:%Y-%m-%d %H:%M:%S}, signed by {row.secret}\n")
    out.write(f"tried {row.attempts} times; next: {row.next_attempt_at or 'never'}\n")
    out.write(f"{row.note}\n\n{bytes(row.body).decode(errors='replace')}\n")


def _replay(options: Mapping[str, Any], out: OutputWrapper) -> int:
    rows = Delivery.objects.order_by("pk")
    if options["id"] is not None:
        rows = rows.filter(pk=_find(options["id"]).pk)
    else:
        kinds = [kind for kind in KINDS if options[str(kind)]]
        if not kinds:
            raise CommandError("Name a delivery, or --unmatched, or --dead.")
        rows = rows.filter(status__in=kinds)
    runtime = command_runtime()
    counts = intake.replay(rows, runtime)
    outbox.deliver_effects(runtime)
    out.writelines(f"{count} {status}\n" for status, count in sorted(counts.items()))
    return 1 if counts.keys() & {"dead", "stored"} else 0


def _find(delivery_id: int) -> Delivery:
    row = Delivery.objects.filter(pk=delivery_id).first()
    if row is None:
        raise CommandError(f"There is no delivery {delivery_id}.")
    return row
