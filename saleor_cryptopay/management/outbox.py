"""`cryptopay outbox`: what shop and people have not been told; and telling it again."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any, Final

from django.core.management.base import OutputWrapper

from saleor_cryptopay.models import Effect, Message
from saleor_cryptopay.operations import outbox
from saleor_cryptopay.operations.messages import delivery

from .runtime import command_runtime

HELP: Final = "list what shop and people have not been told, and try it again"


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
        delivery.revive(runtime)
        delivery.deliver_messages(runtime)
    waiting = Effect.objects.filter(done_at=None).order_by("pk")
    for effect in waiting.select_related("payment"):
        how = "given up" if effect.is_dead else f"next {effect.next_attempt_at:%H:%M}"
        out.write(
            f"{effect.pk}  {effect.kind:<12}  {effect.payment.reference}"
            f"  tried {effect.attempts} times, {how}: {effect.note[:120]}\n"
        )
    has_dead = _list_messages(out)
    return 1 if has_dead or waiting.filter(is_dead=True).exists() else 0


def _list_messages(out: OutputWrapper) -> bool:
    """List what people have not been told; return whether any of it was given up."""
    unsent = Message.objects.filter(sent_at=None).order_by("pk")
    for message in unsent:
        how = "given up" if message.is_dead else f"next {message.next_attempt_at:%H:%M}"
        out.write(
            f"message {message.pk}  {message.name}  to {message.audience}"
            f"  tried {message.attempts} times, {how}: {message.note[:120]}\n"
        )
    return unsent.filter(is_dead=True).exists()
