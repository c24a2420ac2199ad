"""A PostgreSQL with durable settings, and Django on a fresh database of it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.management import call_command

from demo.services.postgres import Postgres
from tests.chaos.crashing import crashing_postgres


@contextmanager
def prepared() -> Iterator[Postgres]:
    """Set Django up on a database of its own, on a server of its own; give that."""
    with tempfile.TemporaryDirectory(prefix="cryptopay-bench-") as name:
        folder = Path(name)
        # PostgreSQL runs as an account of its own when this runs as root.
        folder.chmod(0o711)
        os.environ.pop("DATABASE_URL", None)
        with crashing_postgres(folder) as server:
            url = server.postgres.create_database("bench")
            os.environ["DATABASE_URL"] = url
            os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
            django.setup()
            call_command("migrate", verbosity=0)
            yield server.postgres
