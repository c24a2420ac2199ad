"""The refund desk, as the server answers it: who may, and what they can do."""

import gzip
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory

from demo.stand_in.desk import STAFF
from saleor_cryptopay.core.refunds import RefundEvent, RefundState, allows
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Refund
from saleor_cryptopay.web.desk import GROUPS, LIMIT
from saleor_cryptopay.web.slips import ACTIONS
from saleor_cryptopay.web.urls import dispatch
from tests.stand_ins import Stage

from .refund_rows import WALLET, make_refund, refund_in
from .rows import ADDRESSES, HASH, payment_in
from .site import PREFIX
from .test_pages import BUDGET

pytestmark = pytest.mark.django_db

CHANGED = "The record was changed behind our back: do not send."
DESK = f"{PREFIX}/desk/refunds/"
LISTS = {group: f"{DESK}list/?show={group}" for group in GROUPS}


class StaffClient(Client):
    """Sends a token of the stage's staff with each request."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(headers={"Authorization": f"Bearer {stage.desk.give_token()}"})

    def decide(self, refund: Refund, action: str, **body: str) -> tuple[int, Any]:
        """Do something at the desk; return the status and what was answered."""
        answer = self.post(
            f"{DESK}{refund.pk}/{action}/", body, content_type="application/json"
        )
        return answer.status_code, answer.json()

    def slips(self, group: str) -> list[dict[str, Any]]:
        """Return the slips of a group."""
        found: list[dict[str, Any]] = self.get(LISTS[group]).json()["refunds"]
        return found


@pytest.fixture
def staff(stage: Stage) -> StaffClient:
    """Give a client of somebody who may handle payments."""
    return StaffClient(stage)


def state_of(refund: Refund) -> str:
    return Refund.objects.values_list("state", flat=True).get(pk=refund.pk)


def test_the_page_itself_holds_no_data_and_fits_the_budget(
    client: Client, stage: Stage
) -> None:
    refund = refund_in(RefundState.NEEDS_APPROVAL, stage)
    response = client.get(DESK)
    assert response.status_code == 200
    assert WALLET not in response.text
    assert str(refund.pk) not in response.text
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert len(gzip.compress(response.content)) <= BUDGET


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer forged", "Basic {token}", "{token}"],
)
def test_nobody_else_sees_or_does_anything(
    header: str | None, client: Client, stage: Stage
) -> None:
    refund = refund_in(RefundState.NEEDS_APPROVAL, stage)
    headers = {}
    if header is not None:
        headers["Authorization"] = header.format(token=stage.desk.give_token())
    answers = [client.get(url, headers=headers) for url in LISTS.values()]
    for action in ACTIONS:
        url = f"{DESK}{refund.pk}/{action}/"
        body = json.dumps({"address": WALLET, "reason": "mine"})
        answers.append(
            client.post(url, body, content_type="application/json", headers=headers)
        )
    for answer in answers:
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Bearer"
        assert WALLET not in answer.text
    assert state_of(refund) == "needs_approval"


def test_a_token_that_was_withdrawn_opens_nothing(
    staff: StaffClient, stage: Stage
) -> None:
    stage.desk.access_salt = "another"
    assert staff.get(LISTS["waiting"]).status_code == 401


def test_a_shop_without_a_desk_lets_nobody_in(stage: Stage) -> None:
    token = stage.desk.give_token()
    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {token}"})
    runtime = replace(stage.runtime, desk=None)
    assert dispatch(request, "/desk/refunds/list/", runtime).status_code == 401
    assert dispatch(request, "/desk/refunds/list/", stage.runtime).status_code == 200


def test_no_other_origin_may_read_the_desks_answers(staff: StaffClient) -> None:
    answer = staff.get(LISTS["waiting"], headers={"Origin": "https://evil.example"})
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer
    assert answer["Cache-Control"] == "no-store"


def test_every_refund_is_in_one_group(staff: StaffClient, stage: Stage) -> None:
    payment = payment_in(PaymentState.CONFIRMED, stage)
    for state in RefundState:
        make_refund(payment, stage, key=state, state=state)
    found = {group: {slip["state"] for slip in staff.slips(group)} for group in GROUPS}
    assert found == {group: set(states) for group, states in GROUPS.items()}
    assert sorted(state for group in GROUPS.values() for state in group) == sorted(
        RefundState
    )
    assert staff.get(f"{DESK}list/?show=everything").status_code == 404


def test_what_is_urgent_comes_before_what_has_waited_longer(
    staff: StaffClient, stage: Stage
) -> None:
    payment = payment_in(PaymentState.CONFIRMED, stage)
    for state in ("lapsed", "failed", "needs_approval", "in_doubt"):
        for number in range(2):
            stage.clock.now += timedelta(minutes=1)
            make_refund(payment, stage, key=f"{state} {number}", state=state)
    found = [slip["id"] for slip in staff.slips("waiting")]
    expected = [
        str(Refund.objects.get(key=f"{state} {number}").pk)
        for state in ("in_doubt", "needs_approval", "failed", "lapsed")
        for number in range(2)
    ]
    assert found == expected


def test_old_refunds_hide_no_new_one_that_has_to_be_decided(
    staff: StaffClient, stage: Stage
) -> None:
    payment = payment_in(PaymentState.CONFIRMED, stage)
    for number in range(LIMIT):
        make_refund(payment, stage, key=f"{number}", coins="0.1", state="lapsed")
    assert not staff.get(LISTS["waiting"]).json()["more"]
    stage.clock.now += timedelta(days=1)
    new = make_refund(
        payment, stage, coins="0.1", state="needs_approval", address=WALLET
    )
    answer = staff.get(LISTS["waiting"]).json()
    assert answer["refunds"][0]["id"] == str(new.pk)
    assert (len(answer["refunds"]), answer["more"]) == (LIMIT, True)


def test_a_slip_tells_what_staff_need_to_decide(
    staff: StaffClient, stage: Stage
) -> None:
    refund = refund_in(
        RefundState.NEEDS_APPROVAL, stage, fee_units=600_000, reason="Broken cup"
    )
    (slip,) = staff.slips("waiting")
    assert slip["state_words"] == "Waits for your approval"
    assert (slip["coins"], slip["symbol"]) == ("49.5", "USDT")
    assert slip["network_name"] == "Ethereum"
    assert "".join(slip["groups"]) == slip["address"] == WALLET
    facts = {name: value for name, value, _ in slip["facts"]}
    assert facts["For"] == "Order 1042"
    assert facts["Counts as"] == "50.10 USD"
    assert facts["Rate"] == "1 USDT = 1 USD (the payment's own rate)"
    assert facts["Network fee"] == "0.6 USDT, taken off already"
    assert facts["Reason"] == "Broken cup"
    assert slip["link"] == f"{stage.base_url}refund/{refund.token}/"
    assert slip["actions"] == ["approve", "refuse-address", "decline"]


def test_a_record_that_was_changed_is_marked_and_not_sent(
    staff: StaffClient, stage: Stage
) -> None:
    refund = refund_in(RefundState.NEEDS_APPROVAL, stage)
    other = ADDRESSES["eth@ethereum"]
    Refund.objects.filter(pk=refund.pk).update(address=other)
    (slip,) = staff.slips("waiting")
    assert slip["facts"][0][:2] == ["Warning", CHANGED]
    assert slip["address"] == ""
    assert staff.decide(refund, "approve", address=other)[0] == 409
    assert state_of(refund) == "needs_approval"


def test_what_went_out_is_told_with_its_explorer(
    staff: StaffClient, stage: Stage
) -> None:
    refund_in(RefundState.CONFIRMED, stage)
    (slip,) = staff.slips("over")
    assert ["Transaction", HASH, f"https://etherscan.io/tx/{HASH}"] in slip["facts"]
    assert slip["actions"] == []
    assert slip["link"] == ""


@pytest.mark.parametrize(
    ("state", "action", "body", "after"),
    [
        ("needs_approval", "approve", {"address": WALLET}, "approved"),
        (
            "needs_approval",
            "refuse-address",
            {"reason": "Ours."},
            "needs_address",
        ),
        ("needs_approval", "decline", {"reason": "No."}, "declined"),
        ("lapsed", "ask-again", {}, "needs_address"),
        ("failed", "decline", {"reason": "No."}, "declined"),
        ("in_doubt", "not-sent", {"reason": "None in the console."}, "approved"),
    ],
)
def test_staff_decide_and_it_is_written_down_who_did(  # noqa: PLR0913 - a table
    state: str,
    action: str,
    body: dict[str, str],
    after: str,
    staff: StaffClient,
    stage: Stage,
) -> None:
    refund = refund_in(RefundState(state), stage)
    token = refund.token
    assert staff.decide(refund, action, **body) == (200, {})
    assert state_of(refund) == after
    entry = refund.entries.latest("number")
    assert (entry.event, entry.actor) == (ACTIONS[action], STAFF)
    assert entry.note == body.get("reason", "")
    refund.refresh_from_db()
    assert (refund.token != token) is (action == "ask-again")


@pytest.mark.parametrize("action", list(ACTIONS))
@pytest.mark.parametrize("state", list(RefundState))
def test_the_desk_offers_what_the_table_allows_and_refuses_the_rest(
    state: RefundState, action: str, staff: StaffClient, stage: Stage
) -> None:
    refund = refund_in(state, stage)
    is_allowed = allows(state, ACTIONS[action])
    slips = [slip for group in GROUPS for slip in staff.slips(group)]
    assert (action in slips[0]["actions"]) is is_allowed
    address = refund.address or WALLET
    status, answer = staff.decide(refund, action, address=address, reason="Because.")
    assert status == (200 if is_allowed else 409)
    assert (state_of(refund) == state) is not is_allowed
    assert ("error" in answer) is not is_allowed


def test_only_the_address_that_was_seen_is_approved(
    staff: StaffClient, stage: Stage
) -> None:
    refund = refund_in(RefundState.NEEDS_APPROVAL, stage)
    for seen in ("", ADDRESSES["eth@ethereum"]):
        status, answer = staff.decide(refund, "approve", address=seen)
        assert status == 409
        assert answer["error"]
    assert state_of(refund) == "needs_approval"


@pytest.mark.parametrize("action", ["refuse-address", "decline"])
def test_the_customer_is_always_told_why(
    action: str, staff: StaffClient, stage: Stage
) -> None:
    refund = refund_in(RefundState.NEEDS_APPROVAL, stage)
    assert staff.decide(refund, action, reason="  ") == (
        409,
        {"error": "Give a reason: the customer reads it."},
    )
    assert state_of(refund) == "needs_approval"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{",
        '{"address": 1}',
        "null",
        '{"reason": "' + "x" * 20_000 + '"}',
        '{"reason": "a\\u0000b"}',
        '{"reason": "\\ud800"}',
        "[" * 15_000,
        '{"reason": ' + "[" * 15_000,
    ],
    ids=lambda body: body[:20],
)
def test_what_is_no_request_of_the_desk_is_refused(
    body: str, staff: StaffClient, stage: Stage
) -> None:
    refund = refund_in(RefundState.NEEDS_APPROVAL, stage)
    url = f"{DESK}{refund.pk}/decline/"
    answer = staff.post(url, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")
    assert state_of(refund) == "needs_approval"


def test_other_actions_refunds_and_methods_do_nothing(
    staff: StaffClient, stage: Stage
) -> None:
    refund = refund_in(RefundState.NEEDS_APPROVAL, stage)
    assert staff.decide(refund, "send")[0] == 404
    assert staff.get(f"{DESK}{refund.pk}/approve/").status_code == 405
    url = f"{DESK}00000000-0000-0000-0000-000000000000/approve/"
    body = {"address": WALLET}
    assert staff.post(url, body, content_type="application/json").status_code == 409
    assert RefundEvent.STAFF_APPROVED not in refund.entries.values_list("event")
