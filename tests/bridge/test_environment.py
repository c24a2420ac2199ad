"""Secrets named by `env:NAME`."""

import os
from collections.abc import Iterator

import pytest

from saleor_cryptopay.bridge.settings.environment import resolve
from saleor_cryptopay.core.errors import SettingError

NAME = "CRYPTOPAY_TEST_SECRET"


@pytest.fixture
def variable() -> Iterator[str]:
    """Put a secret into the environment, as an operator does."""
    os.environ[NAME] = "sk_test_from_the_environment"
    yield f"env:{NAME}"
    del os.environ[NAME]


def test_a_named_variable_stands_for_its_value(variable: str) -> None:
    assert resolve("api_key", variable) == "sk_test_from_the_environment"


def test_lines_may_be_of_either_kind(variable: str) -> None:
    lines = resolve("webhook_secrets", f"one\n {variable} \n\ntwo").splitlines()

    assert lines == ["one", "sk_test_from_the_environment", "", "two"]


def test_what_names_no_variable_stays_as_it_is() -> None:
    assert resolve("api_key", "sk_test_environment") == "sk_test_environment"


def test_a_variable_that_is_missing_is_named_with_its_field() -> None:
    with pytest.raises(SettingError, match="CRYPTOPAY_NOT_THERE") as refusal:
        resolve("api_key", "env:CRYPTOPAY_NOT_THERE")

    assert refusal.value.field == "api_key"


def test_a_variable_that_is_empty_is_missing(variable: str) -> None:
    os.environ[NAME] = " "

    with pytest.raises(SettingError, match=NAME):
        resolve("api_key", variable)
