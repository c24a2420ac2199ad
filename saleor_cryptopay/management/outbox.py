"""`cryptopay outbox`: what the shop has not taken; and telling it once more."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any, Final

from django.core.management.base import OutputWrapper

from saleor_cryptopay.models import Effect
from saleor_cryptopay.operations import outbox

from .runtime import command_runtime

HELP: Final = "list what the shop has not taken, and try it again"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the retry."""
    parser.add_argument(
        "--retry", action="store_true", help="try what was given up once more"
    )


def run(options: Mapping[str, Any], out: OutputWrapper) -> int:
    """List what waits; with `--retry` tell the shop again first."""
    if options["retry"]:
        runtime = command_runtime()
        outbox.revive(runtime.clock())
        outbox.deliver_effects(runtime)
    waiting = Effect.objects.filter(done_at=None).order_by("pk")
    for effect in waiting.select_related("payment"):
        how = "given up" if effect.is_dead else f"next {effect.next_attempt_at:%H:%M}"
        out.write(
            f"{effect.pk}  {effect.kind:<12}  {effect.payment.reference}"
            f"  tried {effect.attempts} times, {how}: {effect.note[:120]}\n"
        )
    return 1 if waiting.filter(is_dead=True).exists() else 0
