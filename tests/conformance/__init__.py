"""Suites that every implementation of a port passes, wherever it runs."""

import pytest

pytest.register_assert_rewrite("tests.conformance.money", "tests.conformance.shop")
