"""The figures that races end in."""

import pytest

from tests.chaos.figures import figure, register

__all__ = ["figure"]


def pytest_configure(config: pytest.Config) -> None:
    """Tell the figures at the end."""
    register(config)
