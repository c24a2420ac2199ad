"""The lines of health on the settings page: who is alive, and who is not any more."""

from datetime import timedelta

import pytest

from saleor_cryptopay.bridge.services.pulse import describe
from saleor_cryptopay.operations import pulse
from tests.stand_ins import Stage

pytestmark = pytest.mark.django_db

SIGNS = (pulse.WORKER, pulse.GATEWAY, pulse.WEBHOOK)
FIELDS = ("health_worker", "health_gateway", "health_webhook")


def signs(stage: Stage) -> list[str]:
    """Return what the page says of each sign of life."""
    lines = describe(stage.runtime)
    return [lines[name].partition(";")[0] for name in FIELDS]


def test_before_anything_ran_nothing_is_alive() -> None:
    assert signs(Stage()) == ["no sign yet"] * 3


def test_what_gave_a_sign_is_alive_and_what_stopped_is_told() -> None:
    stage = Stage()
    for sign in SIGNS:
        pulse.note(sign, stage.clock())
    assert signs(stage) == ["yes, 0 seconds ago"] * 3
    stage.clock.now += timedelta(minutes=6)
    # The webhook is looked after every ten minutes only.
    late = "NOT SINCE 6 minutes ago"
    assert signs(stage) == [late, late, "yes, 6 minutes ago"]
    stage.clock.now += timedelta(minutes=20)
    assert signs(stage) == ["NOT SINCE 26 minutes ago"] * 3
