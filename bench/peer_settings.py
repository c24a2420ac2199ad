"""Django with dj-stripe beside the plugin, for the virtualenv that has both."""

import os
from typing import Any

from bench.settings import *  # noqa: F403 - the same settings, but for these
from bench.settings import DATABASES, INSTALLED_APPS

from .peer_events import API_KEY

ROOT_URLCONF = "bench.peer_urls"
# Tables as their models have them: how they came about makes no difference here.
MIGRATION_MODULES = dict.fromkeys(("contenttypes", "auth", "djstripe"))
INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.auth", "djstripe"]

# Nobody listens there: whatever asked Stripe would fail, and be seen.
STRIPE_API_HOST = "http://127.0.0.1:9"
STRIPE_TEST_SECRET_KEY = API_KEY
STRIPE_LIVE_MODE = False
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"  # as its installation guide has it

CONNECTIONS: dict[str, dict[str, Any]] = {
    "kept": {"CONN_MAX_AGE": None},
    "pooled": {"CONN_MAX_AGE": 0, "OPTIONS": {"pool": True}},
    "new": {"CONN_MAX_AGE": 0},
}
DATABASES["default"].update(CONNECTIONS[os.environ["CONNECTIONS"]])
