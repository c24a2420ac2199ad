"""Django for the processes that the proofs start: as the tests', on DATABASE_URL."""

import os
from urllib.parse import unquote, urlsplit

from tests.settings import *  # noqa: F403 - the same settings, but for these
from tests.settings import DATABASES

_database = urlsplit(os.environ["DATABASE_URL"])

ROOT_URLCONF = "tests.web.site"

# Filled in, not replaced: the tests' settings say which kind of database it is.
DATABASES["default"].update(
    NAME=_database.path.lstrip("/"),
    USER=unquote(_database.username or ""),
    PASSWORD=unquote(_database.password or ""),
    HOST=_database.hostname or "",
    PORT=str(_database.port or ""),
)
CONNECTION_LIVES: dict[str, None] = {"CONN_MAX_AGE": None}
DATABASES["default"].update(CONNECTION_LIVES)  # type: ignore[arg-type]  # for ever
# What breaks while processes are killed is counted by the test, not logged.
LOGGING = {"version": 1, "root": {"level": "CRITICAL"}}
