"""No path leads from a webhook to money going out.

Over the import graph (a contract of `setup.cfg`), over the calls in the source, and
with every webhook that there is about coins going out.
"""

import ast
import json
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import grimp
import pytest

import saleor_cryptopay
from saleor_cryptopay.gateways.base import Gateway
from saleor_cryptopay.gateways.crypton import CryptonGateway
from saleor_cryptopay.gateways.crypton.webhooks import EVENTS
from saleor_cryptopay.models import Delivery, Effect, Refund
from saleor_cryptopay.operations import intake
from saleor_cryptopay.operations.runtime import Runtime
from tests.operations.conftest import sandbox_process, scene
from tests.operations.refunds.conftest import Till, till

__all__ = ["sandbox_process", "scene", "till"]

PACKAGE = Path(saleor_cryptopay.__file__).parent
SANDBOX = PACKAGE / "sandbox"

SENDER = "saleor_cryptopay.operations.refunds.sending"

# What an answer to a webhook goes through, and what its work is handed to.
DOORS = (
    "saleor_cryptopay.web.webhooks",
    "saleor_cryptopay.web.urls",
    "saleor_cryptopay.operations.intake",
    "saleor_cryptopay.operations.ledger",
    "saleor_cryptopay.operations.reconciliation",
    "saleor_cryptopay.operations.outbox",
)

# Name → the only modules whose source says it; tests and the sandbox left out.
SAID_ONLY_IN = {
    "build_payouts": {"gateways/registry.py", "bridge/treasury.py"},
    "open_treasury": {"bridge/treasury.py", "bridge/tasks.py"},
    "check_treasury": {"bridge/treasury.py", "bridge/connection.py"},
    "refund_api_key": {
        *("bridge/connection.py", "bridge/treasury.py"),
        *("bridge/settings/configuration.py", "bridge/settings/refund_form.py"),
        *("bridge/settings/refunds.py", "gateways/crypton/payouts.py"),
    },
    "send_refunds": {"operations/refunds/sending.py", "bridge/tasks.py"},
}


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Yield each module of the package, and its tree."""
    for path in PACKAGE.rglob("*.py"):
        if SANDBOX not in path.parents:
            yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text())


def calls(tree: ast.Module, method: str) -> list[ast.Call]:
    """Return the calls of a method of this name."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == method
    ]


def words(tree: ast.Module) -> set[str]:
    """Return all names and texts in a module but its docstrings."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                found.add(name)
            case ast.FunctionDef(name=name):
                found.add(name)
            case ast.keyword(arg=str(name)):
                found.add(name)
            case ast.Constant(value=str(text)):
                found.add(text)
    return found


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Build the graph of all imports of the package."""
    return grimp.build_graph("saleor_cryptopay", cache_dir=None)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "target",
    [
        SENDER,
        "saleor_cryptopay.gateways.payouts",
        "saleor_cryptopay.gateways.registry",
        "saleor_cryptopay.bridge.treasury",
    ],
)
def test_no_chain_of_imports_leads_from_a_door_to_money(
    graph: grimp.ImportGraph, door: str, target: str
) -> None:
    chain = graph.find_shortest_chain(importer=door, imported=target)
    assert chain is None, " -> ".join(chain or ())


def test_the_contract_names_every_door() -> None:
    contracts = ConfigParser()
    contracts.read(PACKAGE.parent / "setup.cfg")
    contract = contracts["importlinter:contract:doors"]
    forbidden = contract["forbidden_modules"].split()
    assert SENDER in forbidden
    assert "allow_indirect_imports" not in contract
    sealed = contract["source_modules"].split()
    for door in DOORS:
        assert any(door == name or door.startswith(f"{name}.") for name in sealed)


def test_only_one_task_of_the_bridge_knows_the_sender(
    graph: grimp.ImportGraph,
) -> None:
    assert graph.find_modules_that_directly_import(SENDER) == {
        "saleor_cryptopay.bridge.tasks"
    }


def test_coins_are_sent_by_one_call_in_one_place() -> None:
    found = [
        (name, ast.unparse(call.func))
        for name, tree in sources()
        for call in calls(tree, "send")
    ]
    assert [row for row in found if "mailing" not in row[0]] == [
        ("operations/refunds/sending.py", "payouts.send")
    ]


def test_orders_to_the_gateway_are_written_in_one_place() -> None:
    paths = {"/withdrawals", "/withdraws"}
    writers = {
        (name, ast.unparse(call.func))
        for name, tree in sources()
        for method in ("post", "put")
        for call in calls(tree, method)
        if paths & {node.value for node in call.args if isinstance(node, ast.Constant)}
    }
    assert writers == {("gateways/crypton/payouts.py", "self._api.post")}


@pytest.mark.parametrize("name", sorted(SAID_ONLY_IN))
def test_the_right_to_send_is_spoken_of_in_few_places(name: str) -> None:
    found = {path for path, tree in sources() if name in words(tree)}
    assert found == SAID_ONLY_IN[name]


def test_whoever_holds_a_gateway_or_a_runtime_cannot_send() -> None:
    for holder in (Gateway, CryptonGateway):
        assert not [name for name in dir(holder) if "send" in name or "draw" in name]
    fields = Runtime.__dataclass_fields__.values()
    assert not [field.name for field in fields if "ayout" in str(field.type)]


def withdrawal_webhooks(order_id: str) -> Iterator[bytes]:
    """Yield every webhook about an order, in every status."""
    kinds = [kind for kind in EVENTS if kind.startswith("withdrawal.")]
    statuses = ("pending", "confirmed", "completed", "failed", "cancelled", "resting")
    for kind in kinds:
        for status in statuses:
            data = {"id": order_id, "status": status, "transaction_hash": "0x1"}
            yield json.dumps({"event": kind, "data": data}).encode()


@pytest.mark.parametrize("state", ["needs_approval", "approved", "sent", "failed"])
def test_a_webhook_about_coins_going_out_moves_nothing(till: Till, state: str) -> None:
    refund = _refund_in(state, till)
    orders, effects = till.orders(), Effect.objects.count()
    till.tell()
    for body in withdrawal_webhooks(refund.gateway_id or "unknown"):
        intake.receive_delivery(body, till.scene.runtime)
    intake.apply_deliveries(till.scene.runtime)
    assert not Delivery.objects.filter(status="stored").exists()
    refund.refresh_from_db()
    assert (refund.state, till.orders()) == (state, orders)
    assert Effect.objects.count() == effects


def _refund_in(state: str, till: Till) -> Refund:
    if state == "needs_approval":
        return till.name(till.ask(till.paid()))
    refund = till.approved()
    if state in ("sent", "failed"):
        till.send()
    if state == "failed":
        refund.refresh_from_db()
        till.lose(refund.gateway_id, "failed")
        till.follow()
    refund.refresh_from_db()
    return refund
