"""The facts a gateway can tell."""

from saleor_cryptopay.core.events import TransferStatus


def test_only_failed_and_replaced_transfers_are_gone() -> None:
    gone = {status for status in TransferStatus if status.is_gone}
    assert gone == {TransferStatus.FAILED, TransferStatus.REPLACED}


def test_statuses_are_the_gateways_words() -> None:
    words = ["pending", "confirming", "confirmed", "failed", "replaced"]
    assert [status.value for status in TransferStatus] == words
