"""`cryptopay audit`: conservation to the base unit, differences by payment."""

from datetime import timedelta
from decimal import Decimal

import pytest

from saleor_cryptopay.models import Effect, Payment, Transfer
from saleor_cryptopay.operations import expiry, reconciliation
from saleor_cryptopay.operations.audit import audit
from saleor_cryptopay.operations.opening import choose_asset
from saleor_cryptopay.operations.sums import sums
from tests.operations.conftest import Scene
from tests.operations.tampering import tamper

from .conftest import Run


def play(scene: Scene) -> dict[str, Payment]:
    """Let one of everything happen."""
    scene.sandbox.control("dialect", mode="common")
    scene.clock.shift = -timedelta(days=2)
    late = scene.open(total="10.00")
    scene.clock.shift = timedelta()
    scene.poll()
    expiry.expire_due(scene.runtime)
    payments = {
        "exact": scene.open(total="10.00"),
        "over": scene.open(total="10.00"),
        "part": scene.open(total="10.00"),
        "wrong": scene.open(total="10.00"),
        "chain": scene.open("eth@ethereum", total="10.00"),
        "late": late,
    }
    scene.pay(payments["exact"], "10")
    scene.pay(payments["over"], "12.5")
    scene.pay(payments["part"], "4")
    scene.pay(payments["wrong"], "7", coin="dai")
    scene.pay(late, "10")
    changed = scene.open("usdt@ethereum", total="10.00")
    old = changed.address
    choose_asset(changed.pk, "usdt@tron", scene.runtime)
    assert old is not None
    scene.sandbox.pay(old.address, "3")
    scene.sandbox.mine()
    gone = scene.pay(payments["exact"], "99")
    scene.sandbox.control(f"transactions/{gone}/fail")
    scene.pay(payments["chain"], "0.001")
    scene.poll()
    return payments


def test_everything_that_arrived_is_somewhere(scene: Scene, run: Run) -> None:
    play(scene)
    status, out = run("audit")
    assert "0 differences" in out
    assert status == 0
    usdt = (
        "usdt@ethereum: 39.5 arrived ="
        " 24 credited + 2.5 surplus + 10 late + 3 old address"
    )
    assert usdt in out
    assert "dai@ethereum: 7 arrived = 7 wrong asset" in out
    assert "eth@ethereum: 0.001 arrived = 0.001 not final" in out
    assert "payments compared with the shop" in out


def test_coins_that_nobody_has_read_yet_are_a_difference(
    scene: Scene, run: Run
) -> None:
    payment = scene.open(total="10.00")
    scene.pay(payment, "10")
    status, out = run("audit")
    assert status == 1
    assert f"DIFFERENCE payment {payment.pk}" in out
    assert "10 unmatched" in out


def test_a_credit_that_the_shop_was_not_told_is_a_difference(
    scene: Scene, run: Run
) -> None:
    payment = scene.open(total="10.00")
    scene.pay(payment, "10")
    scene.sandbox.mine()
    reconciliation.reconcile(scene.runtime)
    assert Effect.objects.filter(done_at=None).exists()
    status, out = run("audit")
    assert status == 1
    assert f"payment {payment.pk}: 10.000 USD credited here, 0 in the shop" in out


def test_a_row_that_somebody_added_is_a_difference(scene: Scene, run: Run) -> None:
    payment = play(scene)["exact"]
    row = Transfer.objects.filter(payment=payment, is_final=True).get()
    row.pk, row.hash = None, "0x" + "12" * 32
    row.save(force_insert=True)
    status, out = run("audit")
    assert status == 1
    assert "in our books and not at the gateway" in out
    assert "≠" in out


@pytest.mark.parametrize("outcome", ["failed", "replaced"])
def test_a_reorganisation_nobody_noticed_is_a_difference(
    scene: Scene, run: Run, outcome: str
) -> None:
    payment = scene.open(total="10.00")
    transfer = scene.pay(payment, "10")
    scene.sandbox.mine()
    scene.poll()
    path = f"transactions/{transfer}/reorganise"
    scene.sandbox.control(path, outcome=outcome)
    status, out = run("audit")
    assert status == 1
    assert "is final here" in out


def test_coins_held_back_for_a_changed_record_are_in_the_audit(scene: Scene) -> None:
    payment = scene.open(total="10.00")
    assert payment.address is not None
    tamper(payment.address, minimum_units=1)
    scene.pay(payment, "10")
    scene.sandbox.mine()
    scene.poll()
    (difference,) = audit(scene.runtime).differences
    assert difference.payment == payment.pk
    assert "nothing credited" in difference.words


def test_the_audit_changes_nothing(scene: Scene) -> None:
    payment = scene.open(total="10.00")
    scene.pay(payment, "10")
    audit(scene.runtime)
    assert not Transfer.objects.exists()
    assert not any(sums(payment))


def test_a_part_of_the_history_can_be_left_out(scene: Scene, run: Run) -> None:
    play(scene)
    assert run("audit", "--since", "2000-01-01")[0] == 0
    assert run("audit", "--since", "2999-01-01") == (
        0,
        "crypton, test environment\n0 payments compared with the shop\n0 differences\n",
    )


def test_a_gateway_in_trouble_is_said(scene: Scene, run: Run) -> None:
    scene.sandbox.control("faults", kind="unavailable")
    status, out = run("audit")
    assert status == 1
    assert "The gateway did not answer" in out
    assert scene.shop.credited("nothing") == Decimal(0)


def test_staff_are_written_to_where_it_is_asked_for(scene: Scene, run: Run) -> None:
    payment = scene.open()
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.poll()
    (key,) = [key for key in scene.shop.told if key.startswith("credit")]
    del scene.shop.told[key]
    assert run("audit")[0] == 1
    assert [whom for whom, _ in scene.post.letters if whom == "staff"] == []
    for _ in range(2):
        assert run("audit", "--tell-staff")[0] == 1
    (letter,) = [letter for whom, letter in scene.post.letters if whom == "staff"]
    assert letter.subject == "The audit found differences: 1"
    assert str(payment.pk) in letter.text
