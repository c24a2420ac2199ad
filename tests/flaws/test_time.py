"""F45 to F48: deadlines that outlive processes and end every wait."""

from dataclasses import replace
from datetime import timedelta

import pytest

from saleor_cryptopay.core.states import OPEN_STATES, TRANSITIONS
from saleor_cryptopay.models import Payment
from saleor_cryptopay.operations import expiry, stuck
from saleor_cryptopay.web.lookup import Found
from saleor_cryptopay.web.status import payment_data, status_data
from tests.operations.conftest import Scene

from .asking import state

pytestmark = pytest.mark.django_db


def test_f45_the_deadline_is_a_column_that_any_process_acts_on(scene: Scene) -> None:
    payment = scene.open()
    scene.clock.shift = timedelta(hours=24, minutes=1)
    scene.poll()
    successor = replace(scene.runtime)
    assert expiry.expire_due(successor) == 1
    assert expiry.expire_due(scene.runtime) == 0
    assert state(payment) == "expired"


def test_f46_coins_seen_before_the_deadline_beat_the_sweep(scene: Scene) -> None:
    payment = scene.open()
    scene.pay(payment, "50.1")
    scene.clock.shift = timedelta(hours=24, minutes=1)
    assert expiry.expire_due(scene.runtime) == 0  # nobody has looked yet
    scene.poll()
    assert expiry.expire_due(scene.runtime) == 0
    assert state(payment) == "payment_detected"


def test_f47_the_deadline_is_told_the_same_everywhere_with_the_servers_time(
    scene: Scene,
) -> None:
    payment = scene.open()
    scene.clock.shift = timedelta(hours=1)
    first = payment_data(payment, scene.runtime)
    second = status_data(Found(payment, [], []), scene.runtime)
    assert first["expires_at"] == second["expires_at"]
    assert str(first["server_time"]) < str(first["expires_at"])
    assert str(first["expires_at"]).endswith("Z")


def test_f48_coins_that_never_arrive_become_a_case(scene: Scene) -> None:
    payment = scene.open()
    scene.pay(payment, "50.1")
    scene.poll()
    assert stuck.raise_stuck(scene.runtime) == 0
    scene.clock.shift = timedelta(hours=49)
    assert stuck.raise_stuck(scene.runtime) == 1
    assert state(payment) == "needs_review"
    scene.sandbox.mine()
    scene.poll()
    assert state(payment) == "confirmed"


def test_f48_every_open_state_has_a_way_out_without_the_customer() -> None:
    for open_state in OPEN_STATES:
        events = {str(event) for event in TRANSITIONS[open_state]}
        assert events & {"deadline_passed", "review_raised"}
    assert Payment._meta.get_field("expires_at").null is False
