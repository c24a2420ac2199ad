"""The scene of the operations and the stage of the web, for the tests of the flaws."""

from tests.operations.conftest import sandbox_process, scene
from tests.web.conftest import stage

__all__ = ["sandbox_process", "scene", "stage"]
