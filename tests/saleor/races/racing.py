"""The program that runs races for a while."""

from contextlib import suppress
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db import ProgrammingError, connection

from tests.interleaving.turns import Director

from .goods import Shop
from .inside import SaleorInside, switch_on
from .races import Races


def main(  # noqa: PLR0913 - a command line's
    api_url: str, staff: str, seconds: str, most: str, seed: str, named: str
) -> Any:
    """Set up a shop, race on it, and return the tally.

    Args:
        api_url: the gateway's address.
        staff: the e-mail address of a member of staff.
        seconds: how long at the most.
        most: how many interleavings at the most.
        seed: of the schedules.
        named: what the names of the scenes contain, split at “|”; all, if it is empty.
    """
    _have_deadlocks_found_soon()
    switch_on(api_url)
    director = Director(settings.DATABASES["default"])
    shop = Shop(SaleorInside(staff))
    races = Races(shop, director, int(seed), named)
    tally = races.run(seconds=float(seconds), most=int(most))
    director.close()
    return asdict(tally)


def _have_deadlocks_found_soon() -> None:
    """Have PostgreSQL look after 0.1 s instead of one; only a superuser may say so."""
    name = connection.ops.quote_name(str(settings.DATABASES["default"]["NAME"]))
    with suppress(ProgrammingError), connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} SET deadlock_timeout = '100ms'")
    connection.close()
