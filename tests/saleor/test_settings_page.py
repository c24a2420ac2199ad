"""The plugin's settings page, as the Dashboard reads and saves it."""

from typing import Any

import pytest

from demo.services.graphql import GraphQLError
from demo.services.staff import PLUGIN_ID
from tests.playing import KEY, SECRET

from .shopping import TWO_POLLS, Shopper, wait_until

CONFIGURATION = """
query($id: ID!) {
  plugin(id: $id) {
    globalConfiguration { active configuration { name value type label helpText } }
  }
}
"""


def read_form(shopper: Shopper) -> dict[str, dict[str, Any]]:
    found = shopper.saleor.graphql(
        CONFIGURATION, {"id": PLUGIN_ID}, shopper.saleor.staff_token()
    )
    rows = found["plugin"]["globalConfiguration"]["configuration"]
    return {row["name"]: row for row in rows}


def test_the_page_tells_health_in_a_field_that_nobody_can_change(
    shopper: Shopper,
) -> None:
    row = read_form(shopper)["health"]
    assert row["type"] == "OUTPUT"
    assert row["value"].startswith("Health: ")
    wait_until(lambda: _is_alive(shopper), TWO_POLLS, "signs of life")


def _is_alive(shopper: Shopper) -> bool:
    words = read_form(shopper)["health"]["value"]
    return "Worker and beat: yes" in words and "Gateway answers: yes" in words


def test_every_field_has_a_label_and_a_help_text(shopper: Shopper) -> None:
    for row in read_form(shopper).values():
        assert row["label"]
        assert row["helpText"]


def test_no_secret_is_shown(shopper: Shopper) -> None:
    text = str(read_form(shopper))
    assert KEY not in text
    assert SECRET not in text


def test_a_secret_may_be_named_and_a_missing_name_is_told(shopper: Shopper) -> None:
    with pytest.raises(GraphQLError) as refusal:
        shopper.configure(api_key="env:CRYPTOPAY_NOT_THERE")
    (error,) = refusal.value.errors
    assert error["field"] == "apiKey"
    assert "CRYPTOPAY_NOT_THERE" in error["message"]
