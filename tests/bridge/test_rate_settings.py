"""The settings about rates: what they become, and what is refused in words."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from saleor_cryptopay.core.errors import SettingError
from saleor_cryptopay.core.rates import RateRules

from .test_configuration import read


def test_without_sources_there_are_fixed_lines_and_pegs_only() -> None:
    assert read().rate_rules == RateRules()


def test_good_settings_become_rules() -> None:
    configuration = read(
        rates="",
        rate_sources="Kraken\ncoingecko # an average\n\nbinance",
        rate_max_age_seconds="600",
        rate_max_spread_percent="1.5",
        rate_max_jump_percent="20",
        rate_alarm_minutes="5",
        markup_percent="0.5",
        quote_grace_minutes="0",
    )
    assert configuration.rate_rules == RateRules(
        sources=("kraken", "coingecko", "binance"),
        max_age=timedelta(minutes=10),
        max_spread_percent=Decimal("1.5"),
        max_jump_percent=Decimal(20),
        alarm_after=timedelta(minutes=5),
    )
    assert configuration.policy.markup_percent == Decimal("0.5")
    assert configuration.policy.quote_grace == timedelta(0)


def test_with_sources_no_coin_needs_a_fixed_line() -> None:
    configuration = read(assets="ltc@litecoin", rates="", rate_sources="kraken")
    assert configuration.rate_rules.quorum == 1


def test_margin_and_grace_can_differ_between_channels() -> None:
    text = '[pl]\nmarkup_percent = 1.5\nquote_grace_minutes = "30"'
    policy = read(channels=text).policy_for("pl")
    assert policy.markup_percent == Decimal("1.5")
    assert policy.quote_grace == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"rate_sources": "krakken"}, "rate_sources", "no source is called"),
        (
            {"rate_sources": "kraken\nkraken"},
            "rate_sources",
            "Line 2: “kraken” is there",
        ),
        ({"rate_max_age_seconds": "soon"}, "rate_max_age_seconds", "whole number"),
        ({"rate_max_age_seconds": "30"}, "rate_max_age_seconds", "From 120 to 3600"),
        ({"rate_max_spread_percent": "0"}, "rate_max_spread_percent", "More than 0"),
        ({"rate_max_spread_percent": "11"}, "rate_max_spread_percent", "most 10"),
        ({"rate_max_jump_percent": "-1"}, "rate_max_jump_percent", "plain decimal"),
        ({"rate_alarm_minutes": "0"}, "rate_alarm_minutes", "From 1"),
        ({"markup_percent": "60"}, "markup_percent", "from 0 to 50"),
        ({"markup_percent": "a lot"}, "markup_percent", "from 0 to 50"),
        ({"quote_grace_minutes": "2000"}, "quote_grace_minutes", "from 0 to 1440"),
        ({"quote_grace_minutes": "1.5"}, "quote_grace_minutes", "whole minutes"),
        ({"channels": "[a]\nrate_sources = 'kraken'"}, "channels", "no setting"),
    ],
)
def test_bad_settings_name_the_field_and_the_reason(
    changes: dict[str, Any], field: str, reason: str
) -> None:
    with pytest.raises(SettingError) as refusal:
        read(**changes)
    assert refusal.value.field == field
    assert reason in refusal.value.reason
