"""Plays a case: the steps it lists, against the door, the ledger and the page."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from saleor_cryptopay.core.events import TransferStatus
from saleor_cryptopay.models import Address, Delivery, Payment
from saleor_cryptopay.web.urls import dispatch
from tests.chaos.chain import Coins
from tests.chaos.world import World
from tests.stand_ins import WEBHOOK_SECRET, ScriptedGateway

Step = Mapping[str, Any]

SIGNED = "X-Gateway-Signature"


@dataclass
class Stage:
    """What a case has done so far."""

    world: World = field(default_factory=World)
    payments: dict[str, Payment] = field(default_factory=dict)
    coins: dict[str, Coins] = field(default_factory=dict)

    def play(self, step: Step) -> None:
        """Do one step of a case and check what it expects."""
        STEPS[step["do"]](self, step)

    def ask(
        self, method: str, path: str, body: bytes = b"", **extra: Any
    ) -> HttpResponse:
        """Send a request to the plugin's address."""
        request = RequestFactory().generic(method, path, body, **extra)
        return dispatch(request, path, self.world.runtime)

    def open(self, step: Step) -> None:
        """`open`: a payment, under the name `as`."""
        self.payments[step.get("as", "p")] = self.world.open(step.get("total", "50.10"))

    def pay(self, step: Step) -> None:
        """`pay`: coins to a payment; `status` is what becomes of them."""
        payment = Payment.objects.get(pk=self.payments[step.get("to", "p")].pk)
        coins = self.world.pay(payment, step["amount"], step.get("coin", "usdt"))
        self.coins[step.get("as", "a")] = coins
        coins.status = TransferStatus(step.get("status", "confirmed"))

    def move(self, step: Step) -> None:
        """`move`: the chain thinks better of a transaction."""
        self.coins[step.get("what", "a")].status = TransferStatus(step["status"])

    def wait(self, step: Step) -> None:
        """`wait`: time passes."""
        self.world.clock.now += timedelta(**step["time"])

    def poll(self, _step: Step) -> None:
        """`poll`: poll, sweep, tell."""
        self.world.poll()
        self.world.sweep()
        self.world.tell()

    def apply(self, _step: Step) -> None:
        """`apply`: apply what the door took, tell."""
        self.world.apply()
        self.world.tell()

    def deliver(self, step: Step) -> None:
        """`deliver`: a webhook, made as `body_of` says; `expect` is the verdict."""
        body = self._body(step)
        headers = self._headers(step, body)
        if "secrets" in step:
            self.world.asked = ScriptedGateway(tuple(step["secrets"]))
        stored = Delivery.objects.count()
        door = f"/webhooks/{step.get('gateway', 'crypton')}/"
        for _ in range(step.get("times", 1)):
            with CaptureQueriesContext(connection) as queries:
                found = self.ask("POST", door, body, headers=headers)
            assert found.status_code == step["status"]
            assert len(queries) == (1 if found.status_code == 200 else 0)
        wanted = step.get("times", 1) if step["status"] == 200 else 0
        assert Delivery.objects.count() - stored == wanted
        self.world.asked = self.world.gateway

    def request(self, step: Step) -> None:
        """`request`: any request; `status` is the verdict."""
        path = step["path"].format(
            **{name: payment.token for name, payment in self.payments.items()}
        )
        found = self.ask(step.get("method", "GET"), path)
        assert found.status_code == step["status"]
        for text in step.get("lacks", []):
            assert text not in found.text

    def swap(self, step: Step) -> None:
        """`swap`: somebody with the database changes a payment's address."""
        payment = self.payments[step.get("of", "p")]
        other = self.world.gateway.create_address(
            self.world.stage.policy.assets[0], label="", metadata={}
        )
        changes = {"address": other.address, "units": 1, "gateway_id": other.id}
        wanted = {name: changes[name] for name in step["columns"]}
        with connection.cursor() as cursor:
            # Who owns the database can switch its own guards off.
            cursor.execute("SET LOCAL session_replication_role = replica")
            Address.objects.filter(payment=payment).update(**wanted)
            cursor.execute("SET LOCAL session_replication_role = origin")

    def expect(self, step: Step) -> None:
        """`expect`: how a payment stands."""
        end = self.world.end(self.payments[step.get("of", "p")])
        if "state" in step:
            assert end.state == step["state"]
        assert end.credited == Decimal(step["credited"])
        if "transfers" in step:
            assert len(end.transfers) == step["transfers"]

    def _body(self, step: Step) -> bytes:
        if "body" in step:
            body: str = step["body"]
            repeated: int = step.get("repeat", 1)
            return body.encode() * repeated
        known = json.loads(self.coins[step.get("body_of", "a")].webhook())
        known["data"] |= step.get("claim", {})
        known |= step.get("envelope", {})
        return json.dumps(known).encode()

    def _headers(self, step: Step, body: bytes) -> dict[str, str]:
        forged = step.get("signature")
        if forged == "":
            return {}
        signed = body + step.get("signed_more", "").encode()
        secret = step.get("secret", WEBHOOK_SECRET)
        digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        valid = f"sha256={digest}"
        text = forged.format(digest=digest, upper=digest.upper()) if forged else valid
        return {SIGNED: text, **step.get("headers", {})}


STEPS: dict[str, Callable[[Stage, Step], None]] = {
    "open": Stage.open,
    "pay": Stage.pay,
    "move": Stage.move,
    "wait": Stage.wait,
    "poll": Stage.poll,
    "apply": Stage.apply,
    "deliver": Stage.deliver,
    "request": Stage.request,
    "swap": Stage.swap,
    "expect": Stage.expect,
}
