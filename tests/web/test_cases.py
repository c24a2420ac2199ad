"""The desk's cases, as the server answers: who may see them, and what they can do."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from demo.stand_in.desk import STAFF
from saleor_cryptopay.core.refund_rules import RefundAmount, RefundMode, RefundRules
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Case, Payment, Refund, Transfer
from saleor_cryptopay.web.cases import LIMIT
from tests.stand_ins import Stage

from .refund_rows import allow_refunds, make_refund
from .rows import HASH, payment_in, send_coins
from .test_desk import DESK, StaffClient

pytestmark = pytest.mark.django_db

CASES = f"{DESK}cases/"
FINAL = {"status": "confirmed", "is_final": True, "confirmations": 12}


@pytest.fixture
def staff(stage: Stage) -> StaffClient:
    """Give a client of somebody who may handle payments."""
    allow_refunds(stage)
    return StaffClient(stage)


def open_case(payment: Payment, stage: Stage, key: str = "1", **values: Any) -> Case:
    """Store a case as the operations would have left it."""
    given = {"why": "the goods are sold out", "opened_at": stage.clock()}
    return Case.objects.create(payment=payment, key=key, **(given | values))


def waiting(staff: StaffClient, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = staff.get(f"{CASES}{query}").json()["cases"]
    return found


def act(
    staff: Client, payment: Payment, action: str, **body: str
) -> tuple[int, dict[str, Any]]:
    url = f"{CASES}{payment.pk}/{action}/"
    answer = staff.post(url, body, content_type="application/json")
    return answer.status_code, answer.json()


def test_a_case_says_what_why_and_what_could_go_back(
    staff: StaffClient, stage: Stage
) -> None:
    payment = payment_in(PaymentState.CONFIRMED, stage)
    payment.transfers.update(credited=payment.total)
    late = send_coins(
        payment, stage, "5", verdict=Transfer.Verdict.LATE, hash=HASH[::-1], **FINAL
    )
    open_case(payment, stage)
    stage.clock.now += timedelta(hours=1)
    open_case(payment, stage, "2", why="5 USDT on Ethereum, late", transfer=late)
    (dossier,) = waiting(staff)
    assert dossier["title"] == "Order 1042 · 50.10 USD"
    assert dossier["whys"] == ["The goods are sold out.", "5 USDT on Ethereum, late."]
    assert [offer["words"] for offer in dossier["offers"]] == [
        "50.1 USDT (50.10 USD) on Ethereum: what was credited",
        "5 USDT on Ethereum: what was never credited",
    ]
    came = [fact for fact in dossier["facts"] if fact[0] == "Came"]
    assert came[0][1:] == [
        "50.1 USDT on Ethereum, confirmed",
        f"https://etherscan.io/tx/{HASH}",
    ]
    assert came[1][1].startswith("5 USDT on Ethereum, confirmed; not credited: after")


def test_a_refund_by_value_is_offered_as_money(
    staff: StaffClient, stage: Stage
) -> None:
    rules = RefundRules(mode=RefundMode.APPROVAL, amount=RefundAmount.VALUE)
    stage.policy = replace(stage.policy, refunds=rules)
    payment = payment_in(PaymentState.CONFIRMED, stage)
    payment.transfers.update(credited=payment.total)
    open_case(payment, stage)
    (offer,) = waiting(staff)[0]["offers"]
    assert offer["words"] == "50.10 USD in USDT on Ethereum: what was credited"


def test_the_oldest_come_first_and_a_list_that_is_cut_says_so(
    staff: StaffClient, stage: Stage
) -> None:
    payments = [payment_in(PaymentState.FAILED, stage) for _ in range(LIMIT + 1)]
    for payment in reversed(payments):
        stage.clock.now += timedelta(minutes=1)
        open_case(payment, stage)
    answer = staff.get(CASES).json()
    shown = [row["id"] for row in answer["cases"]]
    assert shown == [str(row.pk) for row in reversed(payments)][:LIMIT]
    assert answer["more"]
    Case.objects.filter(payment=payments[0]).delete()
    assert not staff.get(CASES).json()["more"]


def test_a_closed_case_is_not_shown(staff: StaffClient, stage: Stage) -> None:
    payment = payment_in(PaymentState.CONFIRMED, stage)
    open_case(payment, stage, closed_at=stage.clock(), closed_by="User:1")
    assert waiting(staff) == []


def test_one_press_begins_one_refund(staff: StaffClient, stage: Stage) -> None:
    payment = payment_in(PaymentState.CONFIRMED, stage)
    payment.transfers.update(credited=payment.total)
    open_case(payment, stage)
    (offer,) = waiting(staff)[0]["offers"]
    body = {"offer": offer["key"], "reason": " Sold out, sorry. "}
    assert act(staff, payment, "give-back", **body) == (200, {})
    refund = Refund.objects.get()
    assert (refund.state, refund.amount) == ("needs_address", payment.total)
    assert (refund.source, refund.reason) == ("paid", "Sold out, sorry.")
    status, answer = act(staff, payment, "give-back", **body)
    assert (status, "changed since you looked" in answer["error"]) == (409, True)
    assert Refund.objects.count() == 1
    (dossier,) = waiting(staff)
    assert dossier["offers"] == []
    assert ["Going back", "50.1 USDT: needs_address", ""] in dossier["facts"]


def test_coins_that_came_since_are_not_given_back_unseen(
    staff: StaffClient, stage: Stage
) -> None:
    payment = payment_in(PaymentState.CONFIRMED, stage)
    late = {"verdict": Transfer.Verdict.LATE, **FINAL}
    send_coins(payment, stage, "5", **late)
    seen = waiting(staff, f"?of={payment.pk}")[0]["offers"][-1]
    send_coins(payment, stage, "6", **late)
    assert act(staff, payment, "give-back", offer=seen["key"])[0] == 409
    assert not Refund.objects.exists()


@pytest.mark.parametrize("offer", ["", "desk:0:paid:usdt@ethereum:1", "x" * 300])
def test_what_was_never_offered_cannot_be_asked_for(
    offer: str, staff: StaffClient, stage: Stage
) -> None:
    payment = payment_in(PaymentState.CONFIRMED, stage)
    payment.transfers.update(credited=payment.total)
    assert act(staff, payment, "give-back", offer=offer)[0] == 409
    assert not Refund.objects.exists()


def test_a_case_is_closed_with_a_note_and_only_what_was_seen(
    staff: StaffClient, stage: Stage
) -> None:
    payment = payment_in(PaymentState.NEEDS_REVIEW, stage)
    case = open_case(payment, stage)
    seen = waiting(staff)[0]["cases"]
    later = open_case(payment, stage, "2")
    status, answer = act(staff, payment, "close", cases=seen, reason=" ")
    assert (status, "Say what was decided" in answer["error"]) == (409, True)
    assert act(staff, payment, "close", cases=seen, reason="sent by hand")[0] == 200
    case.refresh_from_db()
    assert (case.note, case.closed_by) == ("sent by hand", STAFF)
    assert waiting(staff)[0]["cases"] == str(later.pk)
    assert act(staff, payment, "close", cases=seen, reason="again")[0] == 409
    assert act(staff, payment, "close", cases="x ² 99999999999999999999")[0] == 409


def test_any_payment_is_found_whether_it_waits_or_not(
    staff: StaffClient, stage: Stage
) -> None:
    payment = payment_in(PaymentState.CONFIRMED, stage)
    payment_in(PaymentState.FAILED, stage)
    (dossier,) = waiting(staff, f"?of={HASH}")
    assert (dossier["id"], dossier["cases"]) == (str(payment.pk), "")
    assert waiting(staff, "?of=nothing") == []
    assert waiting(staff, "?of=%00") == []


def test_a_shop_without_refunds_is_told_how_coins_go_back(
    staff: StaffClient, stage: Stage
) -> None:
    allow_refunds(stage, RefundMode.OFF)
    payment = payment_in(PaymentState.CONFIRMED, stage)
    payment.transfers.update(credited=payment.total)
    open_case(payment, stage)
    (dossier,) = waiting(staff)
    assert dossier["offers"] == []
    assert any("switched off" in words for _, words, _ in dossier["facts"])


def test_nobody_else_sees_or_does_anything(client: Client, stage: Stage) -> None:
    allow_refunds(stage)
    payment = payment_in(PaymentState.CONFIRMED, stage)
    case = open_case(payment, stage)
    answers = [client.get(CASES), client.get(f"{CASES}?of={payment.pk}")]
    for action in ("give-back", "close"):
        body = json.dumps({"offer": "", "cases": str(case.pk), "reason": "mine"})
        url = f"{CASES}{payment.pk}/{action}/"
        answers.append(client.post(url, body, content_type="application/json"))
    for answer in answers:
        assert answer.status_code == 401
        assert str(payment.pk) not in answer.text
    case.refresh_from_db()
    assert case.closed_at is None


def test_what_is_no_request_is_refused(staff: StaffClient, stage: Stage) -> None:
    payment = payment_in(PaymentState.CONFIRMED, stage)
    make_refund(payment, stage)
    url = f"{CASES}{payment.pk}/close/"
    assert staff.post(url, "[1]", content_type="application/json").status_code == 400
    assert act(staff, payment, "keep")[0] == 404
    payment.pk = "00000000-0000-0000-0000-000000000000"
    assert act(staff, payment, "close")[0] == 404
    assert staff.get(f"{CASES}{payment.pk}/close/").status_code in (404, 405)
