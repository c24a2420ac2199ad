"""Mail to staff, by the mail server that Saleor is configured with."""

from demo.services.saleor import RunningSaleor

WRITE = """
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "saleor.settings")
django.setup()

from saleor.account.models import StaffNotificationRecipient
from saleor_cryptopay.bridge.mail import write_to_staff

write_to_staff("Before", "Nobody is to be written to yet.")
recipient = StaffNotificationRecipient.objects.create(staff_email="staff@example.com")
write_to_staff("No rate for BTC in USD", "Customers cannot pay with it.")
recipient.delete()
"""


def test_those_whom_saleor_notifies_are_written_to(saleor: RunningSaleor) -> None:
    printed = saleor.python("-c", WRITE)

    assert "To: staff@example.com" in printed
    assert "Subject: Cryptocurrency payments: No rate for BTC in USD" in printed
    assert "Nobody is to be written to yet." not in printed
