"""`python -m bench.peer_rows`: the tables of all inboxes, and dj-stripe's own rows.

With its account and key on record dj-stripe has nothing to ask Stripe for.
"""

from typing import Any

import django
from django.apps import apps
from django.core.management import call_command

from .peer_events import ACCOUNT, API_KEY, ENDPOINT, SECRET


def main() -> None:
    """Prepare a database."""
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    account = make("Account", id=ACCOUNT)
    make(
        "APIKey",
        secret=API_KEY,
        type="secret",
        livemode=False,
        djstripe_owner_account=account,
    )
    make(
        "WebhookEndpoint",
        id="we_of_the_measurements",
        djstripe_uuid=ENDPOINT,
        djstripe_owner_account=account,
        secret=SECRET,
        livemode=False,
        enabled_events=["*"],
        status="enabled",
        url="https://shop.example/stripe/",
    )


def make(name: str, **fields: object) -> object:
    """Make a row of one of dj-stripe's models."""
    model: Any = apps.get_app_config("djstripe").get_model(name)
    return model.objects.create(**fields)


if __name__ == "__main__":
    main()
