"""Where the stand-in is reached, and where it reaches the gateway."""

import os
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Addresses without a slash at the end, and what the gateway is asked with."""

    public_url: str
    storefront_url: str
    gateway_url: str
    gateway_key: str = field(repr=False)
    gateway_secret: str = field(repr=False)


def read_surroundings() -> Surroundings:
    """Return what `demo.stand_in.programs` put into the environment."""
    return Surroundings(
        public_url=os.environ["PUBLIC_URL"],
        storefront_url=os.environ["STOREFRONT_URL"],
        gateway_url=os.environ["GATEWAY_URL"],
        gateway_key=os.environ["GATEWAY_KEY"],
        gateway_secret=os.environ["GATEWAY_SECRET"],
    )
