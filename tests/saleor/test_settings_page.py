"""The plugin's settings page, as the Dashboard reads and saves it."""

from typing import Any

import pytest

from demo.services.graphql import GraphQLError
from demo.services.staff import PLUGIN_ID, configure_plugin
from saleor_cryptopay.core.messages import Audience, names_for
from tests.playing import KEY, SECRET

from .shell import Shell
from .shopping import SOON, TWO_POLLS, Shopper, wait_until
from .staffing import Staff

CONFIGURATION = """
query($id: ID!) {
  plugin(id: $id) {
    globalConfiguration { active configuration { name value type label helpText } }
  }
}
"""

STORED = """
from saleor.plugins.models import PluginConfiguration

print(PluginConfiguration.objects.get(identifier="saleor_cryptopay").configuration)
"""

BREAK = """
from saleor.plugins.models import PluginConfiguration

row = PluginConfiguration.objects.get(identifier="saleor_cryptopay")
for item in row.configuration:
    if item["name"] == "api_key":
        item["value"] = value
row.save()
"""

# A server whose broker is gone saves the form.
SAVE = """
from saleor.celeryconf import app
from saleor.core.db.connection import allow_writer
from saleor.plugins.manager import get_plugins_manager

app.__dict__.pop("amqp", None)
app.conf.broker_url = app.conf.broker_write_url = "redis://127.0.0.1:1/0"
app.conf.broker_transport_options = {"max_retries": 1}
try:
    app.send_task("anything", retry=False)
except Exception as error:
    print(type(error).__name__)
with allow_writer():
    manager = get_plugins_manager(allow_replica=False)
    saved = manager.save_plugin_configuration("saleor_cryptopay", None, {})
    print("active:", saved.active)
"""


def read_form(shopper: Shopper) -> dict[str, dict[str, Any]]:
    found = shopper.saleor.graphql(
        CONFIGURATION, {"id": PLUGIN_ID}, shopper.saleor.staff_token()
    )
    rows = found["plugin"]["globalConfiguration"]["configuration"]
    return {row["name"]: row for row in rows}


def test_the_page_tells_health_in_fields_that_nobody_can_change(
    shopper: Shopper,
) -> None:
    form = read_form(shopper)
    health = {name: row for name, row in form.items() if name.startswith("health")}
    assert {row["type"] for row in health.values()} == {"OUTPUT"}
    # More than a line is not seen.
    assert all(len(row["value"]) <= 90 for row in health.values())
    assert not any("\n" in row["value"] for row in health.values())
    wait_until(lambda: _is_alive(shopper), TWO_POLLS, "signs of life")


def _is_alive(shopper: Shopper) -> bool:
    form = read_form(shopper)
    signs = ("health_worker", "health_gateway", "health_webhook")
    return all(form[sign]["value"].startswith("yes") for sign in signs)


def test_every_field_has_a_label_and_a_help_text(shopper: Shopper) -> None:
    for row in read_form(shopper).values():
        assert row["label"]
        assert row["helpText"]


def test_help_names_every_mail_that_can_be_chosen(shopper: Shopper) -> None:
    form = read_form(shopper)
    for setting, audience in (
        ("customer_messages", Audience.CUSTOMER),
        ("staff_messages", Audience.STAFF),
    ):
        named = set(form[setting]["helpText"].rstrip(".").replace(":", ",").split(", "))
        assert names_for(audience) <= named


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


def test_payments_work_with_secrets_that_only_the_environment_knows(
    shopper: Shopper, shell: Shell
) -> None:
    shopper.configure(api_key="env:SHOP_KEY", webhook_secrets="env:SHOP_SECRETS")
    try:
        stored = shell.run(STORED)
        session = shopper.initialize(shopper.checkout(), {"asset": "usdt@ethereum"})
        shopper.send(session)
        shopper.sandbox.mine()
        shopper.wait_for_order(session, SOON)
    finally:
        shopper.configure(api_key=KEY, webhook_secrets=SECRET)
    assert "env:SHOP_KEY" in stored
    assert KEY not in stored
    assert SECRET not in stored


def test_the_form_is_saved_while_no_broker_takes_work(
    shopper: Shopper,  # noqa: ARG001 - switched the plugin on
    shell: Shell,
) -> None:
    status, written = shell.manage("shell", "-c", SAVE)
    assert "OperationalError" in written
    assert "active: True" in written
    assert status == 0


def test_a_plugin_with_broken_settings_can_be_switched_off_and_is_told_of_new_ones(
    staff: Staff, shell: Shell
) -> None:
    shell.run(BREAK, value="env:CRYPTOPAY_GONE")
    try:
        staff.switch_plugin(is_active=False)
        with pytest.raises(GraphQLError) as refusal:
            configure_plugin(
                staff.shopper.saleor, {"assets": "usdt@mars"}, is_active=False
            )
        with pytest.raises(GraphQLError, match="CRYPTOPAY_GONE"):
            staff.switch_plugin(is_active=True)
    finally:
        shell.run(BREAK, value=KEY)
        staff.switch_plugin(is_active=True)
    assert [error["field"] for error in refusal.value.errors] == ["assets"]
