"""The merchant's colour, with a colour for words on it that can be read."""

from typing import Final

# WCAG 2.2: relative luminance, of which the shares are these.
_SHARES: Final = (0.2126, 0.7152, 0.0722)

# Above it black has the larger contrast (at least 4.5 to 1), below it white.
_TURN: Final = 0.179


def words_on(colour: str) -> str:
    """Return black or white: which of them is read better on `#rrggbb`."""
    channels = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    luminance = sum(
        share * _linear(channel / 255)
        for share, channel in zip(_SHARES, channels, strict=True)
    )
    return "#000" if luminance > _TURN else "#fff"


def _linear(value: float) -> float:
    linear: float = ((value + 0.055) / 1.055) ** 2.4
    return value / 12.92 if value <= 0.04045 else linear  # noqa: PLR2004 - sRGB
