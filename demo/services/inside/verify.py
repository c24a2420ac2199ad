"""Hold the plugin against the Saleor that it is installed in.

This file is run by Saleor's own interpreter. It fails where Django's checks fail,
where a migration is not applied, and where the models have changes that no migration
has.
"""

import django
from django.core.management import call_command

django.setup()

call_command("check")
call_command("migrate", "saleor_cryptopay", check_unapplied=True)
call_command("makemigrations", "saleor_cryptopay", check_changes=True, dry_run=True)
