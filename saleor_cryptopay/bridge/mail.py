"""Mail to staff, by the mail server that Saleor is configured with (`EMAIL_URL`)."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from saleor.account.models import StaffNotificationRecipient

from .identity import PLUGIN_NAME

logger = logging.getLogger(__name__)


def write_to_staff(subject: str, message: str) -> None:
    """Write to those whom Saleor notifies of orders (Dashboard: site settings).

    Without a mail server or recipients nothing is sent; a server that refuses is
    logged, for the caller has more to do.
    """
    recipients = [row.get_email() for row in _recipients()]
    if not recipients or not settings.EMAIL_BACKEND:
        return
    try:
        send_mail(f"{PLUGIN_NAME}: {subject}", message, None, recipients)
    except (SMTPException, OSError) as error:
        logger.warning("Staff could not be written to: %s", error)


def _recipients() -> list[StaffNotificationRecipient]:
    return list(
        StaffNotificationRecipient.objects.select_related("user").filter(active=True)
    )
