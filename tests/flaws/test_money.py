"""F31 to F44: amounts, rates, coins that are too few, too many, late or wrong."""

import ast
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import saleor_cryptopay
from saleor_cryptopay.core.errors import AmountError, AssetError, MalformedError
from saleor_cryptopay.core.money import parse_decimal, to_units
from saleor_cryptopay.models import Effect, Transfer
from saleor_cryptopay.operations import expiry, intake, outbox
from saleor_cryptopay.operations.opening import open_payment
from saleor_cryptopay.operations.ports import Completion
from saleor_cryptopay.operations.runtime import LatePolicy
from tests.operations.conftest import Scene
from tests.operations.test_intake import hint
from tests.stand_ins import ScriptedGateway

from .asking import state

pytestmark = pytest.mark.django_db
PACKAGE = Path(saleor_cryptopay.__file__).parent


def pay_all(scene: Scene, *amounts: str, total: str = "50.10") -> str:
    """Pay a payment, and return the state it ends in."""
    payment = scene.open(total=total)
    for amount in amounts:
        scene.pay(payment, amount)
    scene.sandbox.mine()
    scene.poll()
    return state(payment)


@pytest.mark.parametrize("number", [100.5, "100.499999999999999999", "1e2", "NaN"])
def test_f31_a_float_is_no_amount(number: object) -> None:
    with pytest.raises(AmountError):
        to_units(parse_decimal(number), 6)


def test_f31_no_module_that_counts_money_knows_floats() -> None:
    rooms = ("core/money.py", "models/*.py", "operations/*.py")
    found = []
    for path in [file for room in rooms for file in PACKAGE.glob(room)]:
        for node in ast.walk(ast.parse(path.read_text())):
            is_number = isinstance(node, ast.Constant) and isinstance(node.value, float)
            is_name = isinstance(node, ast.Name) and node.id == "float"
            found += [f"{path.name}: {ast.dump(node)}"] if is_number or is_name else []
    assert not found


def test_f32_the_quote_is_kept_with_its_rate(scene: Scene) -> None:
    address = scene.open("btc@bitcoin", total="64.00").address
    assert address is not None
    assert (address.units, address.rate) == (100_000, Decimal(64000))
    assert address.rate_source
    assert address.quote_expires_at is not None
    assert address.quote_expires_at > address.quoted_at


def test_f33_what_is_expected_comes_from_our_own_row(scene: Scene) -> None:
    payment = scene.open(total="50.10")
    transaction_id = scene.pay(payment, "1")
    scene.sandbox.mine()
    metadata = {"amount": "1", "currency": "USD", "order_id": payment.reference}
    body = hint(transaction_id, metadata=metadata)
    intake.receive_delivery(body, scene.runtime)
    intake.apply_deliveries(scene.runtime)
    assert state(payment) == "payment_insufficient"


def test_f34_another_coin_of_any_amount_counts_for_nothing(scene: Scene) -> None:
    scene.sandbox.control("dialect", mode="common")
    payment = scene.open("usdt@ethereum", total="100.50")
    scene.pay(payment, "101", coin="dai")
    scene.sandbox.mine()
    scene.poll()
    assert scene.credits(payment) == []
    assert Transfer.objects.get().verdict == "wrong_asset"
    assert state(payment) == "needs_review"


def test_f34_another_network_counts_for_nothing(scene: Scene) -> None:
    scene.sandbox.control("dialect", mode="cross")
    payment = scene.open("usdt@ethereum")
    scene.pay(payment, "50.1", network="bsc", coin="usdt")
    scene.sandbox.mine()
    scene.poll()
    assert scene.credits(payment) == []
    assert Transfer.objects.get().network == "bsc"
    assert state(payment) == "needs_review"


def test_f35_two_halves_are_the_whole(scene: Scene) -> None:
    assert pay_all(scene, "25.05", "25.05") == "confirmed"


def test_f36_every_branch_exists() -> None:
    assert set(outbox.PERFORMERS) == set(Effect.Kind)


@pytest.mark.parametrize(
    ("amount", "end"),
    [("10", "payment_insufficient"), ("50.1", "confirmed"), ("60", "confirmed")],
)
def test_f36_under_exact_and_over_end_where_they_should(
    scene: Scene, amount: str, end: str
) -> None:
    assert pay_all(scene, amount) == end


def test_f37_a_surplus_is_a_figure_and_nothing_is_sent_back(scene: Scene) -> None:
    payment = scene.open(total="50.10")
    scene.pay(payment, "60")
    scene.sandbox.mine()
    scene.poll()
    assert scene.credits(payment) == [Decimal("50.10")]
    assert scene.sandbox.state()["withdrawals"] == []


def test_f37_no_path_leads_from_a_webhook_to_a_withdrawal() -> None:
    modules = ("intake", "ledger", "postings", "reconciliation", "expiry", "adoption")
    for module in modules:
        text = (PACKAGE / f"operations/{module}.py").read_text()
        assert "payouts" not in text.lower()
    doors = [path.read_text() for path in (PACKAGE / "web").glob("*.py")]
    assert not [text for text in doors if "payouts" in text.lower()]


def test_f38_nothing_may_lack_unless_the_merchant_says_so(scene: Scene) -> None:
    assert pay_all(scene, "50.099999") == "payment_insufficient"
    scene.with_policy(tolerance_percent=Decimal(1))
    assert pay_all(scene, "49.6") == "confirmed"


def test_f39_a_total_that_changed_after_the_quote_is_told_to_staff(
    scene: Scene,
) -> None:
    payment = scene.open(total="50.10")
    scene.shop.completion = Completion.NOT_PAID
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.poll()
    assert any("fully paid" in words for words in scene.notices(payment))


@pytest.mark.parametrize(
    ("policy", "end"),
    [(LatePolicy.REVIEW, "needs_review"), (LatePolicy.ACCEPT, "confirmed")],
)
def test_f40_late_coins_follow_the_merchants_rule(
    scene: Scene, policy: LatePolicy, end: str
) -> None:
    scene.with_policy(late_payments=policy)
    scene.clock.shift = -timedelta(days=2)
    payment = scene.open()
    scene.clock.shift = timedelta()
    scene.poll()
    expiry.expire_due(scene.runtime)
    scene.pay(payment, "50.1")
    scene.sandbox.mine()
    scene.poll()
    assert state(payment) == end


def test_f41_eighteen_decimals_are_kept_and_fiat_goes_to_the_shop(
    scene: Scene,
) -> None:
    payment = scene.open("eth@ethereum", total="3200.00")
    scene.pay(payment, "1.000000000000000001")
    scene.sandbox.mine()
    scene.poll()
    assert Transfer.objects.get().units == 10**18 + 1
    assert scene.credits(payment) == [Decimal("3200.00")]


def test_f42_every_amount_has_a_reference_of_its_own(scene: Scene) -> None:
    payment = scene.open(total="50.10")
    for amount in ("20", "30.1"):
        scene.pay(payment, amount)
    scene.sandbox.mine()
    scene.poll()
    references = [credit.reference for credit in scene._credits("credit", payment)]
    transfers = {transfer.reference for transfer in Transfer.objects.all()}
    assert len(references) == 2
    assert set(references) == transfers


def test_f43_the_merchants_number_of_confirmations_is_waited_for(
    scene: Scene,
) -> None:
    scene.with_policy(confirmations={"ethereum": 30})
    payment = scene.open()
    scene.pay(payment, "50.1")
    scene.sandbox.mine(20)
    scene.poll()
    assert state(payment) == "payment_detected"
    scene.sandbox.mine(20)
    scene.poll()
    assert state(payment) == "confirmed"


def test_f44_what_is_not_named_is_not_guessed(scene: Scene) -> None:
    payment = open_payment(scene.opening(asset=""), scene.runtime)
    assert payment.address is None
    with pytest.raises(AssetError):
        open_payment(scene.opening(asset="usdt"), scene.runtime)
    gateway = ScriptedGateway()
    for missing in ("network", "coin"):
        with pytest.raises(MalformedError):
            gateway.parse(hint("tx_1", **{missing: None}))
