"""What operators do by hand, and what the exit status says."""

import csv
import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError
from pytest_django import Settings

from saleor_cryptopay.core.errors import PostError, SettingError
from saleor_cryptopay.management.commands.cryptopay import Command
from saleor_cryptopay.management.runtime import command_runtime
from saleor_cryptopay.models import Delivery, Effect, Payment
from saleor_cryptopay.operations import intake
from saleor_cryptopay.operations.messages import delivery
from tests.operations.conftest import Scene
from tests.operations.tampering import tamper
from tests.operations.test_intake import hint

from .conftest import Run


def paid(scene: Scene, amount: str = "50.1") -> tuple[Payment, str]:
    payment = scene.open()
    transaction = scene.pay(payment, amount)
    scene.sandbox.mine()
    return payment, transaction


def test_reconcile_polls_and_tells_the_shop(scene: Scene, run: Run) -> None:
    payment, _ = paid(scene)
    status, out = run("reconcile")
    read, what = out.split()[:2]
    # Slices of time overlap: what lies on their border is read in both.
    assert (status, what, read in {"1", "2"}) == (0, "transactions", True)
    assert scene.credits(payment)
    assert len(scene.sandbox.state()["webhooks"]) == 1


def test_reconcile_says_that_the_gateway_is_down(scene: Scene, run: Run) -> None:
    scene.sandbox.control("faults", kind="down")
    assert run("reconcile")[0] == 1


def test_expire_closes_what_is_due(scene: Scene, run: Run) -> None:
    scene.open()
    scene.clock.shift = timedelta(days=2)
    assert run("expire") == (0, "1 payments expired, 0 not wanted any more, 0 stuck.\n")


def test_deliveries_are_listed_and_shown(scene: Scene, run: Run) -> None:
    body = b'{"event": "moon.phase", "data": {}}'
    intake.receive_delivery(body, scene.runtime, secret="1a2b3c4d")
    intake.apply_deliveries(scene.runtime)
    number = str(Delivery.objects.get().pk)
    listed = run("deliveries")[1]
    assert "kept" in listed
    assert run("deliveries", "list", "--status", "kept")[1] == listed
    assert run("deliveries", "list", "--status", "dead") == (0, "")
    shown = run("deliveries", "show", number)[1]
    assert body.decode() in shown
    assert "1a2b3c4d" in shown
    assert run("deliveries", "show", "0")[0] == 1


@pytest.mark.parametrize("most", ["0", "-1", "1.5", "many", "", "1" * 30])
def test_a_count_that_is_none_is_refused_before_anything_is_done(
    run: Run, capsys: pytest.CaptureFixture[str], most: str
) -> None:
    assert "no whole number" in run("deliveries", "list", "--most", most)[1]
    argv = ["manage.py", "cryptopay", "deliveries", "list", "--most", most]
    with pytest.raises(SystemExit) as ended:
        Command().run_from_argv(argv)
    assert ended.value.code == 2
    assert "no whole number" in capsys.readouterr().err


def test_as_many_deliveries_are_listed_as_are_asked_for(scene: Scene, run: Run) -> None:
    for phase in ("new", "full"):
        body = json.dumps({"event": "moon.phase", "data": {"phase": phase}}).encode()
        intake.receive_delivery(body, scene.runtime)
    assert run("deliveries", "list", "--most", "1")[1].count("\n") == 1
    assert run("deliveries")[1].count("\n") == 2


def test_an_unmatched_delivery_is_applied_when_it_is_replayed(
    scene: Scene, run: Run
) -> None:
    payment, transaction = paid(scene)
    intake.receive_delivery(hint(transaction), scene.runtime)
    Delivery.objects.update(status="unmatched", next_attempt_at=None)
    assert run("deliveries", "replay", "--unmatched") == (0, "1 applied\n")
    assert scene.credits(payment)
    number = str(Delivery.objects.get().pk)
    assert run("deliveries", "replay", number) == (0, "1 applied\n")
    assert len(scene.credits(payment)) == 1
    assert run("deliveries", "replay")[0] == 1


def test_a_dead_delivery_that_is_replayed_stays_dead_and_says_so(
    scene: Scene, run: Run
) -> None:
    intake.receive_delivery(b"{", scene.runtime)
    intake.apply_deliveries(scene.runtime)
    assert run("deliveries", "replay", "--dead")[0] == 1
    assert Delivery.objects.get().status == "dead"


def test_what_the_shop_gave_up_on_is_listed_and_tried_again(
    scene: Scene, run: Run
) -> None:
    payment, _ = paid(scene)
    scene.poll()
    Effect.objects.filter(kind="credit").update(is_dead=True, done_at=None)
    assert run("outbox")[0] == 1
    assert run("outbox", "--retry") == (0, "")
    assert len(scene.credits(payment)) == 1


def test_what_nobody_was_told_is_listed_and_sent_again(scene: Scene, run: Run) -> None:
    scene.post.refusal = PostError("No such user (550).", is_final=True)
    paid(scene)
    scene.poll()
    delivery.deliver_messages(scene.runtime)
    status, out = run("outbox")
    assert status == 1
    assert "payment_confirmed  to customer  tried 1 times, given up: No such" in out
    scene.post.refusal = None
    assert run("outbox", "--retry") == (0, "")
    assert len(scene.post.letters) == 1


def test_the_books_have_a_line_for_each_payment(scene: Scene, run: Run) -> None:
    payment, _ = paid(scene, "60")
    scene.clock.shift += timedelta(seconds=1)
    scene.open("btc@bitcoin", total="64.00")
    scene.poll()
    first, second = csv.DictReader(StringIO(run("export")[1]))
    assert first["payment"] == str(payment.pk)
    assert first["order"] == "Order 1042"
    assert (first["expected"], first["received"], first["surplus"]) == (
        "50.1",
        "60",
        "9.9",
    )
    assert (first["rate"], first["rate_source"], first["total"]) == (
        "1",
        "peg",
        "50.100",
    )
    assert (first["credited"], first["state"]) == ("50.100", "confirmed")
    assert first["hashes"].startswith("0x")
    assert first["final_at"].endswith("Z")
    assert (second["expected"], second["received"]) == ("0.001", "0")


def test_the_books_of_a_period(scene: Scene, run: Run) -> None:
    scene.open()
    assert run("export", "--until", "2000-01-01")[1].count("\n") == 1
    assert run("export", "--since", "2000-01-01")[1].count("\n") == 2
    with pytest.raises(CommandError, match="is no day"):
        raise CommandError(run("export", "--since", "soon")[1])


def test_addresses_are_sealed_anew(scene: Scene, run: Run) -> None:
    payment = scene.open()
    assert run("reseal")[0] == 0
    assert payment.address is not None
    tamper(payment.address, units=1)
    assert run("reseal")[0] == 1


def nothing() -> None:
    """Stand for a plugin that is switched off."""


def misconfigured() -> None:
    """Stand for a plugin whose settings cannot be used.

    Raises:
        SettingError: always.
    """
    raise SettingError("api_key", "missing")


@pytest.mark.parametrize(
    ("factory", "words"),
    [("nothing", "switched off"), ("misconfigured", "api_key: missing")],
)
def test_without_a_runtime_the_reason_is_said(
    settings: Settings, factory: str, words: str
) -> None:
    settings.CRYPTOPAY_RUNTIME = f"{__name__}.{factory}"
    with pytest.raises(CommandError, match=words):
        command_runtime()


def test_a_body_that_is_no_text_is_shown_all_the_same(scene: Scene, run: Run) -> None:
    intake.receive_delivery(b"\xff" + json.dumps({}).encode(), scene.runtime)
    assert run("deliveries", "show", str(Delivery.objects.get().pk))[0] == 0
