"""The worlds that the proofs play in, and the figures they tell."""

import pytest

from .figures import figure, register
from .world import World

__all__ = ["figure"]


def pytest_configure(config: pytest.Config) -> None:
    """Tell the figures at the end."""
    register(config)


@pytest.fixture
def world(db: None) -> World:  # noqa: ARG001 - a database
    """Give a world of its own."""
    return World()
