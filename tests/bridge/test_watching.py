"""The settings about what seems to be over."""

from datetime import timedelta

import pytest

from saleor_cryptopay.core.errors import SettingError
from saleor_cryptopay.operations.runtime import Watch

from .test_configuration import read


def test_days_and_hours_are_read() -> None:
    watch = read(watch_days="90", recheck_hours="48").watch
    assert watch == Watch(finals=timedelta(hours=48), addresses=timedelta(days=90))


def test_thirty_days_and_a_day_are_the_default() -> None:
    assert read().watch == Watch(timedelta(hours=24), timedelta(days=30))


@pytest.mark.parametrize("name", ["watch_days", "recheck_hours"])
@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "many", "9999", "٣"])
def test_anything_else_is_refused_in_words(name: str, text: str) -> None:
    with pytest.raises(SettingError, match="whole number from 1") as caught:
        read(**{name: text})
    assert caught.value.field == name
