"""Make a Saleor's database ready: migrations, its address and one of its staff.

This file is run by Saleor's own interpreter, with the plugin installed beside it.
Arguments: the address of the shop, an e-mail address and a password.
"""

import sys
from urllib.parse import urlsplit

import django
from django.core.management import call_command

django.setup()

from django.contrib.sites.models import Site  # noqa: E402 - needs the set-up above
from saleor.account.models import Group, User  # noqa: E402 - as above
from saleor.permission.models import Permission  # noqa: E402 - as above


def prepare(url: str, email: str, password: str) -> None:
    """Bring the database to the state of a shop that was just installed."""
    call_command("migrate", interactive=False, verbosity=1)
    Site.objects.update(domain=urlsplit(url).netloc, name="Demo shop")
    if not User.objects.filter(email=email).exists():
        _create_staff(email, password)


def _create_staff(email: str, password: str) -> None:
    # Without the manager's methods, which not every version has.
    user = User(email=email, is_staff=True, is_superuser=True, is_confirmed=True)
    user.set_password(password)
    user.save()
    # A superuser alone may not touch the objects of any channel.
    group = Group.objects.create(name="Staff", restricted_access_to_channels=False)
    group.permissions.set(Permission.objects.all())
    user.groups.add(group)


prepare(*sys.argv[1:])
