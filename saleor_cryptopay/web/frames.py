"""The page in the merchant's dress, and in his storefront's frame if he allows it.

The storefront names its origin as `?embed=`; only one that is allowed is told
anything, and by its name, so that no other page can listen in.
"""

from django.http import HttpRequest

from saleor_cryptopay.core.colours import words_on
from saleor_cryptopay.operations.runtime import Appearance


def embedding_origin(request: HttpRequest, appearance: Appearance) -> str:
    """Return the origin that shows the page in a frame; "" if none that may."""
    origin = request.GET.get("embed", "")
    return origin if origin in appearance.frame_origins else ""


def describe_appearance(
    request: HttpRequest, appearance: Appearance
) -> dict[str, object]:
    """Return the merchant's colour and logo, and the frame that the page is in."""
    colour = appearance.colour
    return {
        "colour": colour,
        "words_colour": words_on(colour) if colour else "",
        "logo": appearance.logo,
        "parent": embedding_origin(request, appearance),
    }


def frame_ancestors(appearance: Appearance) -> str:
    """Return who may frame the page, as the policy's directive has it."""
    return " ".join(appearance.frame_origins) or "'none'"
