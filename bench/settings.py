"""Django for the measurements: as for the proofs, with the bare views beside."""

from tests.chaos.settings import *  # noqa: F403 - the same settings, but for these

ROOT_URLCONF = "bench.urls"
