"""What the plugin serves to storefronts, and that its answers have the told shape."""

import json
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from saleor_cryptopay.core.refunds import RefundState
from saleor_cryptopay.core.states import PaymentState
from saleor_cryptopay.models import Payment
from saleor_cryptopay.web.kit import FOLDER, KINDS
from saleor_cryptopay.web.status import payment_data
from tests.stand_ins import Stage

from .refund_rows import refund_in
from .rows import make_payment, payment_in, send_coins
from .site import PREFIX, page_of, refund_page_of

pytestmark = pytest.mark.django_db


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(found)
    return found


def payments(stage: Stage, state: str) -> Payment:
    if state == "choosing":
        return make_payment(stage)
    payment = payment_in(PaymentState(state), stage)
    if payment.address is not None:
        for number, status in enumerate(("pending", "failed", "replaced")):
            send_coins(payment, stage, "1.5", status=status, index=10 + number)
        send_coins(payment, stage, "7", verdict="wrong_asset", coin="dai", index=20)
    return payment


def holds(shape: dict[str, Any], data: dict[str, Any]) -> None:
    """Hold data to a schema, which must know each of its fields."""
    Draft202012Validator(shape).validate(data)
    assert set(data) <= set(shape["properties"])


@pytest.mark.parametrize("state", [*PaymentState, "choosing"])
def test_both_answers_have_the_shape_that_is_told(
    state: str, client: Client, stage: Stage
) -> None:
    payment = payments(stage, state)
    answer = client.get(f"{PREFIX}/pay/{payment.token}/status/").json()
    holds(schema("status.schema.json"), answer)
    given = json.loads(json.dumps(payment_data(payment, stage.runtime)))
    holds(schema("payment.schema.json"), given)


@pytest.mark.parametrize("state", list(RefundState))
def test_refunds_have_the_shape_that_is_told(
    state: RefundState, client: Client, stage: Stage
) -> None:
    refund = refund_in(state, stage)
    answer = client.get(f"{refund_page_of(refund)}status/").json()
    holds(schema("refund.schema.json"), answer)
    answer = client.get(f"{page_of(refund.payment)}status/").json()
    holds(schema("status.schema.json"), answer)
    (told,) = answer["refunds"]
    shape = schema("status.schema.json")["properties"]["refunds"]["items"]
    assert set(told) == set(shape["properties"])


def test_the_schemas_name_all_states_of_refunds() -> None:
    for shape in (
        schema("refund.schema.json")["$defs"]["status"],
        schema("status.schema.json")["$defs"]["refund_status"],
    ):
        assert shape["enum"] == list(RefundState)


@pytest.mark.parametrize("name", ["payment.schema.json", "status.schema.json"])
def test_the_schemas_name_all_states(name: str) -> None:
    assert schema(name)["$defs"]["status"]["enum"] == list(PaymentState)


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize("name", list(KINDS))
def test_the_kit_is_served_to_any_origin_and_kept(name: str, client: Client) -> None:
    answer = client.get(f"{PREFIX}/kit/{name}")
    assert answer.status_code == 200
    assert answer.content == (FOLDER / name).read_bytes()
    assert answer["Content-Type"] == KINDS[name]
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cache-Control"] == "public, max-age=3600"
    assert answer["X-Content-Type-Options"] == "nosniff"
    again = client.get(
        f"{PREFIX}/kit/{name}", headers={"If-None-Match": answer["ETag"]}
    )
    assert again.status_code == 304


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize("name", ["x.js", "..%2fmodels.py", "crypto-payment.js/", ""])
def test_nothing_else_is_served(name: str, client: Client) -> None:
    assert client.get(f"{PREFIX}/kit/{name}").status_code == 404


def test_any_origin_may_read_a_status_whose_token_it_has(
    client: Client, stage: Stage
) -> None:
    payment = payment_in(PaymentState.CONFIRMED, stage)
    answer = client.get(f"{PREFIX}/pay/{payment.token}/status/")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    page = client.get(f"{PREFIX}/pay/{payment.token}/")
    assert "Access-Control-Allow-Origin" not in page
