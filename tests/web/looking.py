"""What every page of ours is held to, however it is looked at."""

from typing import Final, Literal

from playwright.sync_api import Page, ViewportSize

from .axe import violations

SIZES: Final[dict[str, ViewportSize]] = {
    "phone": {"width": 360, "height": 740},
    "desk": {"width": 1280, "height": 900},
}
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")

# What a finger must hit: WCAG 2.2, 2.5.8. Links inside a sentence are exempt.
_SMALL_TARGETS: Final = """() => [...document.querySelectorAll(
    "button, .button, input, .choices label, summary, .languages a")]
  .filter(one => one.checkVisibility())
  .filter(one => one.type !== "radio")
  .filter(one => one.getBoundingClientRect().height < 24
    || one.getBoundingClientRect().width < 24).map(one => one.outerHTML)"""


def hold_to_rules(page: Page, axe: str) -> None:
    """Assert that a page fits and breaks no rule of accessibility.

    On a phone and a desk, light and dark.
    """
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            found = violations(page, axe)
            assert not found, (size, scheme, found)
        assert (
            page.evaluate("document.documentElement.scrollWidth") <= (viewport["width"])
        )
        assert page.evaluate(_SMALL_TARGETS) == []
