"""The door and every parser under noise: no 5xx, no forgery accepted (S2, S3).

Half a minute each, a minute in all; FUZZ_SECONDS asks for more.
"""

import hashlib
import hmac
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.test import RequestFactory

from saleor_cryptopay.core import addresses, assets, money
from saleor_cryptopay.core.errors import CryptopayError
from saleor_cryptopay.gateways.crypton import replies
from saleor_cryptopay.gateways.documents import read_document
from saleor_cryptopay.models import Delivery
from saleor_cryptopay.web.urls import dispatch
from tests.chaos.figures import Figure
from tests.chaos.world import World
from tests.stand_ins import WEBHOOK_SECRET, ScriptedGateway

from .mutation import Mutator

SECONDS = float(os.environ.get("FUZZ_SECONDS", "30"))
RECORDED = sorted((Path(__file__).parents[1] / "gateways/deliveries").rglob("*.json"))
NETWORKS = list(assets.NETWORKS.values())
GATEWAY = ScriptedGateway()


def for_a_while() -> Iterator[int]:
    """Count up until the time is over."""
    end = time.monotonic() + SECONDS
    number = 0
    while time.monotonic() < end:
        yield number
        number += 1


def mutator() -> Mutator:
    return Mutator(random.getrandbits(64), [path.read_bytes() for path in RECORDED])


def sign(body: bytes, secret: str = WEBHOOK_SECRET) -> str:
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def flip_a_bit(text: str) -> str:
    """Return a header that differs in one bit."""
    place = random.randrange(len(text))  # noqa: S311 - no secret
    flipped = chr(ord(text[place]) ^ (1 << random.randrange(7)))  # noqa: S311
    return text[:place] + flipped + text[place + 1 :]


def forgeries(body: bytes) -> list[tuple[bytes, str]]:
    """Return ways to have a body accepted that nobody signed."""
    return [
        (body + b" ", sign(body)),
        (body, flip_a_bit(sign(body))),
        (body, sign(body, "not-the-secret-but-just-as-long")),
        (body, ""),
    ]


def knock(world: World, body: bytes, signature: str) -> int:
    """Deliver a body and return the verdict."""
    path = "/webhooks/crypton/"
    request = RequestFactory().generic(
        "POST", path, body, headers={"X-Gateway-Signature": signature}
    )
    return dispatch(request, path, world.runtime).status_code


@pytest.mark.django_db
def test_the_door_takes_what_is_signed_and_nothing_else(
    world: World, figure: Figure
) -> None:
    source = mutator()
    verdicts: Counter[int] = Counter()
    stored = 0
    for number in for_a_while():
        body = source.next()
        for forged, signature in forgeries(body):
            assert knock(world, forged, signature) == 400
        verdicts[verdict := knock(world, body, sign(body))] += 1
        stored += verdict == 200
        if number % 100 == 99:
            with transaction.atomic():
                world.apply()
    assert Delivery.objects.count() == stored == verdicts[200]
    assert set(verdicts) == {200}
    world.apply()
    figure("the door fuzzed", f"{5 * stored} requests, no 5xx, 0 forgeries accepted")


def read_address(body: bytes) -> object:
    text = body.decode("utf-8", "surrogateescape")
    network = NETWORKS[len(body) % len(NETWORKS)]
    return addresses.canonical_address(text, network, is_test=bool(len(text) % 2))


PARSERS: dict[str, Callable[[bytes], object]] = {
    "webhook": GATEWAY.parse,
    "document": lambda body: read_document(body, 2**16),
    "transaction": lambda body: replies.read_transfer(read_document(body, 2**16)),
    "webhook row": lambda body: replies.read_webhook(read_document(body, 2**16)),
    "coin": lambda body: replies.read_coin(read_document(body, 2**16)),
    "network": lambda body: replies.read_network(read_document(body, 2**16)),
    "connection": lambda body: replies.read_connection(read_document(body, 2**16)),
    "withdrawal": lambda body: replies.read_withdrawal(read_document(body, 2**16)),
    "amount": lambda body: money.parse_units(body.decode("latin-1"), 18),
    "address": read_address,
    "asset": lambda body: assets.find_asset(body.decode("latin-1")),
}


def test_every_parser_reads_or_refuses(figure: Figure) -> None:
    source = mutator()
    ran: Counter[str] = Counter()
    for _ in for_a_while():
        body = source.next()
        for parse in PARSERS.values():
            try:
                parse(body)
            except CryptopayError:
                ran["refused"] += 1
            else:
                ran["read"] += 1
    figure(
        f"{len(PARSERS)} parsers fuzzed",
        f"{ran.total()} inputs, {ran['read']} read, {ran['refused']} refused,"
        " 0 other errors",
    )
