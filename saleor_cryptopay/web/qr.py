"""QR codes, drawn here: whoever draws the code could swap the address in it."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from django.utils.html import escape
from django.utils.translation import gettext
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

# ISO/IEC 18004: four modules of light around the code, or scanners may not find it.
QUIET_ZONE: Final = 4


def qr_svg(text: str) -> str:
    """Return an SVG image of the QR code that reads as exactly `text`.

    Dark on light with its own light ground, so that it scans in dark mode too. Error
    correction M. Only presentation attributes: it stands under a strict CSP.

    Raises:
        qrcode.exceptions.DataOverflowError: the text is longer than a code can hold.
    """
    code: QRCode[Any] = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    code.add_data(text, optimize=0)
    code.make(fit=True)
    rows = code.get_matrix()
    size = len(rows)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" role="img"'
        f' viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f"<title>{escape(gettext('QR code for this payment'))}</title>"
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path fill="#000" d="{"".join(_runs(rows))}"/></svg>'
    )


def _runs(rows: Sequence[Sequence[bool | None]]) -> Iterator[str]:
    """Yield one rectangle for each horizontal run of dark modules."""
    for y, row in enumerate(rows):
        x = 0
        for is_dark, run in groupby(row, bool):
            width = len(list(run))
            if is_dark:
                yield f"M{x} {y}h{width}v1h-{width}z"
            x += width
