"""Commands that work with a scene's runtime."""

from collections.abc import Callable
from io import StringIO
from typing import ClassVar

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from saleor_cryptopay.operations.runtime import Runtime
from tests.operations.conftest import Scene, sandbox_process, scene

__all__ = ["sandbox_process", "scene"]

Run = Callable[..., tuple[int, str]]


class Hand:
    """Hands the commands the runtime of the test."""

    scene: ClassVar[Scene]


def scenes_runtime() -> Runtime:
    """Return the runtime; CRYPTOPAY_RUNTIME names this function."""
    return Hand.scene.runtime


@pytest.fixture
def run(scene: Scene, settings: Settings) -> Run:
    """Give what runs `manage.py cryptopay …`: exit status and output."""
    Hand.scene = scene
    settings.CRYPTOPAY_RUNTIME = f"{__name__}.scenes_runtime"

    def run_command(*arguments: str) -> tuple[int, str]:
        out = StringIO()
        try:
            call_command("cryptopay", *arguments, stdout=out)
        except CommandError as error:
            return error.returncode, f"{out.getvalue()}{error}"
        return 0, out.getvalue()

    return run_command
