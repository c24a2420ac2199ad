"""What the processes of a crew do. All of them share a folder and a database."""

import hashlib
import json
import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, InterfaceError, connection

from demo.stand_in.models import Purchase
from demo.stand_in.shop import StandInShop, paid
from saleor_cryptopay.core.errors import RetryableError
from saleor_cryptopay.core.events import TransferStatus
from saleor_cryptopay.models import Delivery, Effect, Payment, Transfer
from saleor_cryptopay.operations import expiry, intake, ledger, outbox, reconciliation
from saleor_cryptopay.operations.opening import Opening, open_payment
from saleor_cryptopay.operations.runtime import Runtime
from tests.stand_ins import Stage
from tests.web.site import Site

from .book import ShiftedClock, read_book, write_book
from .chain import Chain, MemoryGateway
from .crew import listen
from .world import USDT

# The gateway documents a thousand a minute at the most.
BETWEEN_WEBHOOKS = timedelta(minutes=1) / 1_000


class CrewStage(Stage):
    """A stage on the real clock, with a shop that is rows."""

    shift = timedelta()

    @property
    def runtime(self) -> Runtime:
        """The runtime of this process."""
        return replace(
            super().runtime,
            shop=StandInShop("https://shop.example/?purchase={reference}"),
            clock=ShiftedClock(self.shift),
        )


class Role:
    """One kind of process.

    Attributes:
        plan: what the test wants, from plan.json.
        stage: what the operations are handed.
    """

    def __init__(self, folder: Path) -> None:
        """Read plan and book; nothing is asked of the database before the fork."""
        self.folder = folder
        self.plan: dict[str, Any] = json.loads((folder / "plan.json").read_text())
        clock = ShiftedClock()
        book = folder / "book.json"
        self.chain = read_book(book, clock) if book.exists() else Chain(clock)
        self.stage = CrewStage(gateway=MemoryGateway(self.chain))

    @property
    def runtime(self) -> Runtime:
        """What the operations are handed."""
        return self.stage.runtime

    def work(self, number: int) -> None:
        """Do the work of child `number`."""
        raise NotImplementedError

    def wait_for_start(self) -> None:
        """Wait until the test says go: all children begin together."""
        while not (self.folder / "go").exists():
            time.sleep(0.002)


class LastingRole(Role):
    """One that goes on until it is killed."""


class Prepare(Role):
    """Makes the tables, the payments, and the coins that were sent to them."""

    def work(self, number: int) -> None:
        """Prepare everything."""
        del number
        call_command("migrate", verbosity=0)
        # The last coins come now, and those before as fast as webhooks are sent.
        coins = self.plan["payments"] * self.plan["parts"]
        self.stage.shift = -coins * BETWEEN_WEBHOOKS
        for payment in range(self.plan["payments"]):
            self._sell(f"purchase-{payment}")
        write_book(self.chain, self.folder / "book.json")

    def _sell(self, reference: str) -> None:
        parts = self.plan["parts"]
        total = Decimal(parts)
        Purchase.objects.create(
            reference=reference,
            kind=Purchase.Kind.CHECKOUT,
            title="Checkout",
            total=total,
            currency="USD",
        )
        opening = Opening(reference, "", total, "USD", USDT.key)
        payment = open_payment(opening, self.runtime)
        assert payment.address is not None
        gateway = self.stage.gateway
        assert isinstance(gateway, MemoryGateway)
        for _ in range(parts):
            to = gateway.issued[payment.address.address]
            coins = self.chain.pay(to, USDT, "1", "usdt")
            self.stage.shift += BETWEEN_WEBHOOKS
            coins.created_at = self.runtime.clock()
            coins.status, coins.confirmations = TransferStatus.CONFIRMED, 99


class Record(Role):
    """Records transactions; `share` says whether everyone all, or each a part."""

    def work(self, number: int) -> None:
        """Record them in the order of the book, as fast as it goes."""
        coins = list(self.chain.coins.values())
        if self.plan["share"]:
            coins = coins[number :: self.plan["copies"]]
        connection.ensure_connection()
        self.wait_for_start()
        for each in coins:
            now = self.runtime.clock()
            ledger.record_transfer(each.report(), now, self.runtime)


class SweepOrDetect(Role):
    """Even children sweep payments that are due, odd ones see coins for them."""

    def work(self, number: int) -> None:
        """Race."""
        self.stage.shift = timedelta(hours=26)
        connection.ensure_connection()
        self.wait_for_start()
        if number % 2 == 0:
            while expiry.expire_due(self.runtime, most=3):
                pass
            return
        for coins in self.chain.coins.values():
            coins.status = TransferStatus.PENDING
            now = self.runtime.clock()
            ledger.record_transfer(coins.report(), now, self.runtime)


class Quiet(WSGIRequestHandler):
    """Leaves the log to what matters."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Door(LastingRole):
    """Serves the webhook door."""

    def __init__(self, folder: Path) -> None:
        """Listen once, for all children."""
        super().__init__(folder)
        self.listener = listen(self.plan["port"])

    def work(self, number: int) -> None:
        """Serve for ever."""
        del number
        Site.stage = self.stage
        address = ("127.0.0.1", self.plan["port"])
        server = WSGIServer(address, Quiet, bind_and_activate=False)
        server.socket = self.listener
        server.server_name, server.server_port = address
        server.setup_environ()
        server.set_app(get_wsgi_application())
        server.serve_forever()


class Worker(LastingRole):
    """Applies deliveries and tells the shop, again and again."""

    def work(self, number: int) -> None:
        """Work for ever, through outages of the database."""
        del number
        while True:
            try:
                tried = intake.apply_deliveries(self.runtime)
                tried += outbox.deliver_effects(self.runtime)
            except (DatabaseError, InterfaceError):
                connection.close()
                tried = 0
            if not tried:
                time.sleep(0.05)


class Drain(Role):
    """Applies deliveries and tells the shop until nothing is left to do."""

    def work(self, number: int) -> None:
        """Work to the end."""
        del number
        while intake.apply_deliveries(self.runtime):
            outbox.deliver_effects(self.runtime)
        while outbox.deliver_effects(self.runtime):
            pass


class Verify(Role):
    """Lets everything come to its end, and writes down what came of it."""

    def work(self, number: int) -> None:
        """Recover, and count."""
        del number
        self.stage.shift = timedelta(minutes=self.plan.get("minutes_later", 10))
        while intake.apply_deliveries(self.runtime):
            self.stage.shift += timedelta(minutes=1)
        found = self._count_deliveries()
        for _ in range(self.plan.get("polls", 1)):
            self._poll()
        while outbox.deliver_effects(self.runtime):
            self.stage.shift += timedelta(minutes=1)
        found |= self._count_money()
        (self.folder / "verdict.json").write_text(json.dumps(found))

    def _poll(self) -> None:
        """Poll once a minute until the list was read to its end."""
        is_read = False
        while not is_read:
            with suppress(RetryableError):  # the minute's requests are spent
                reconciliation.reconcile(self.runtime)
                is_read = True
            self.stage.shift += timedelta(minutes=1)

    def _count_deliveries(self) -> dict[str, Any]:
        bodies = Delivery.objects.values_list("body", flat=True).iterator()
        stored = [hashlib.sha256(bytes(body)).hexdigest() for body in bodies]
        acknowledged = self.folder / "acknowledged.txt"
        known = acknowledged.read_text().split() if acknowledged.exists() else []
        statuses = Delivery.objects.values_list("status", flat=True)
        return {
            "stored": len(stored),
            "statuses": Counter(statuses),
            "missing": len(set(known) - set(stored)),
        }

    def _count_money(self) -> dict[str, Any]:
        wrong = [
            purchase.reference
            for purchase in Purchase.objects.iterator()
            if paid(purchase) != purchase.total
        ]
        return {
            "transfers": Transfer.objects.count(),
            "final": Transfer.objects.filter(is_final=True).count(),
            "states": Counter(Payment.objects.values_list("state", flat=True)),
            "wrongly_credited": wrong,
            "credits": Effect.objects.filter(kind="credit").count(),
            "undone": Effect.objects.filter(done_at=None).count(),
        }


ROLES: dict[str, type[Role]] = {
    "prepare": Prepare,
    "record": Record,
    "race": SweepOrDetect,
    "door": Door,
    "worker": Worker,
    "drain": Drain,
    "verify": Verify,
}
