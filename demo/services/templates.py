"""Databases of bare Saleors: migrated once in minutes, restored in a second.

Saleor's thousand migrations take minutes. Their outcome is kept as a dump in the
user's cache, under a name made of the migrations, so that a Saleor with other
migrations gets a dump of its own.
"""

import os
from collections.abc import Callable
from pathlib import Path

from .cache import CACHE, fingerprint, locked
from .environment import saleor_environment
from .installs import SaleorInstall
from .postgres import Postgres
from .processes import Program, ServiceError, run

DUMPS = CACHE / "templates"
REPORT_SECONDS = 20
SHOP_SETTINGS = "saleor.settings"
NEEDED_EXTENSION = "pgcrypto"


def template_database(
    install: SaleorInstall,
    postgres: Postgres,
    report: Callable[[str], None] = print,
    settings: str = SHOP_SETTINGS,
) -> str:
    """Return the name of a database with this Saleor's schema, for copying.

    Saleor's own tests have settings of their own, with which its migrations leave
    less in the database than with those of a shop.

    Raises:
        ServiceError: the server lacks an extension of Saleor's, or migrating failed.
    """
    key = _key(install, settings)
    name = f"cryptopay_saleor_{install.slug}_{key}"
    if postgres.has_database(name):
        return name
    if not postgres.has_extension(NEEDED_EXTENSION):
        raise ServiceError(f"Saleor needs a PostgreSQL that has {NEEDED_EXTENSION}")
    dump = DUMPS / f"{install.version}-{key}.dump"
    making = f"{name}_{os.getpid()}"
    with locked(dump.with_suffix(".lock")):
        url = postgres.create_database(making)
        if dump.exists() and postgres.binaries is not None:
            _restore(postgres.binaries, url, dump)
        else:
            _migrate(install, url, settings, report)
            _save(postgres.binaries, url, dump, report)
    _publish(postgres, making, name)
    return name


def _key(install: SaleorInstall, settings: str) -> str:
    particular = [] if settings == SHOP_SETTINGS else [settings]
    return fingerprint([*install.migrations(), *particular])


def _publish(postgres: Postgres, making: str, name: str) -> None:
    """Give a finished template its name, unless another run was quicker."""
    if postgres.has_database(name):
        postgres.drop_database(making)
    else:
        postgres.rename_database(making, name)


def _restore(binaries: Path, url: str, dump: Path) -> None:
    run([binaries / "pg_restore", "--no-owner", "--exit-on-error", "-d", url, dump])


def _save(
    binaries: Path | None, url: str, dump: Path, report: Callable[[str], None]
) -> None:
    """Keep a migrated database for later runs; without that they only take longer."""
    if binaries is None:
        return
    unfinished = dump.with_suffix(f".{os.getpid()}")
    try:
        run([binaries / "pg_dump", "-Fc", "--no-owner", "-f", unfinished, url])
    except ServiceError as error:
        report(f"The migrated database is not kept for later runs: {error}")
    else:
        unfinished.replace(dump)


def _migrate(
    install: SaleorInstall, url: str, settings: str, report: Callable[[str], None]
) -> None:
    total = len(list(install.migrations()))
    report(
        f"Saleor {install.version}: applying {total} migrations, once on this machine; "
        "this takes some minutes"
    )
    log = DUMPS / f"{install.version}.log"
    variables = saleor_environment(install, url)
    migrate = Program(
        f"migrate of Saleor {install.version}",
        [install.python, "manage.py", "migrate", "--no-input"],
        log=log,
        # Without a broker, tasks that migrations ask for are done in the migration.
        environment={**variables, "DJANGO_SETTINGS_MODULE": settings},
        folder=install.src,
    )
    with migrate:
        _follow(migrate, total, install.version, report)


def _follow(
    migrate: Program, total: int, version: str, report: Callable[[str], None]
) -> None:
    while not migrate.wait(REPORT_SECONDS):
        applied = migrate.log.read_text().count("Applying ")
        report(f"Saleor {version}: {applied} of about {total} migrations")
    migrate.require_success()
