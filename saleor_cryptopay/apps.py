"""The Django app: its name is also the entry point's, so Saleor installs it."""

from django.apps import AppConfig

from .bridge.schedule import register_schedule


class CryptopayConfig(AppConfig):
    """Registers the models and, where Celery's beat runs, the periodic tasks."""

    name = "saleor_cryptopay"
    verbose_name = "Cryptocurrency payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the periodic tasks into the schedule."""
        register_schedule()
