"""The tree of errors."""

import pytest

from saleor_cryptopay.core import errors
from saleor_cryptopay.core.errors import (
    CryptopayError,
    GatewayError,
    RetryableError,
    SettingError,
)


def test_one_root_catches_every_error() -> None:
    ours = [value for value in vars(errors).values() if isinstance(value, type)]
    assert len(ours) > 10
    assert all(issubclass(value, CryptopayError) for value in ours)


@pytest.mark.parametrize("name", ["AmountError", "AddressError", "HashError"])
def test_texts_that_are_wrong_are_value_errors(name: str) -> None:
    assert issubclass(getattr(errors, name), ValueError)


def test_a_setting_error_names_field_and_reason() -> None:
    error = SettingError("assets", "there is no coin “doge”.")
    assert (error.field, error.reason) == ("assets", "there is no coin “doge”.")
    assert str(error) == "assets: there is no coin “doge”."


def test_gateway_errors_carry_what_support_asks_for() -> None:
    error = RetryableError("Too many requests.", request_id="req_1", retry_after=30)
    assert isinstance(error, GatewayError)
    assert (error.code, error.request_id, error.retry_after) == ("", "req_1", 30)
