"""`manage.py cryptopay …`: what operators do by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from saleor_cryptopay.management.subcommands import SUBCOMMANDS


class Command(BaseCommand):
    """Hands each subcommand to its module."""

    help = "Look after cryptocurrency payments."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the subcommands."""
        choices = parser.add_subparsers(dest="subcommand", required=True)
        for name, module in SUBCOMMANDS.items():
            module.add_arguments(choices.add_parser(name, help=module.HELP))

    def handle(self, *_: Any, **options: Any) -> None:
        """Run one; a status that is not zero becomes the program's."""
        name = options["subcommand"]
        status = SUBCOMMANDS[name].run(options, self.stdout)
        if status:
            raise CommandError(
                f"cryptopay {name}: see above (exit status {status}).",
                returncode=status,
            )
