"""The real Saleors on this machine: found, never installed."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .cache import CACHE

VERSIONS = ("3.21", "3.22", "3.23", "main")


@dataclass(frozen=True, slots=True)
class SaleorInstall:
    """A Saleor checkout with its environment.

    Attributes:
        version: the name of its folder: `3.23`, `main`.
        src: Saleor's source.
        venv: a virtualenv with Saleor's dependencies.
    """

    version: str
    src: Path
    venv: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.venv / "bin" / "python"

    @property
    def site_packages(self) -> Path:
        """Where its dependencies are."""
        return site_packages(self.venv)

    @property
    def slug(self) -> str:
        """Its version as a part of names: `323`."""
        return self.version.replace(".", "")

    def migrations(self) -> Iterable[str]:
        """Yield the names of Saleor's migrations: what its schema is made of."""
        root = self.src / "saleor"
        for path in root.glob("**/migrations/[0-9]*.py"):
            yield str(path.relative_to(root))


def saleor_home() -> Path:
    """Return the folder of the Saleors: `SALEOR_HOME`, or one in the user's cache."""
    chosen = os.environ.get("SALEOR_HOME")
    return Path(chosen).expanduser() if chosen else CACHE / "saleor"


def find_saleors() -> list[SaleorInstall]:
    """Return the Saleors of `SALEOR_HOME`, in the order of their versions."""
    home = saleor_home()
    found = [
        SaleorInstall(folder.name, folder / "src", folder / "venv")
        for folder in (home.iterdir() if home.is_dir() else ())
    ]
    usable = [each for each in found if (each.src / "manage.py").exists()]
    return sorted(
        (each for each in usable if each.python.exists()), key=lambda each: each.version
    )


def site_packages(venv: Path) -> Path:
    """Return the folder of a virtualenv's packages."""
    return next(iter((venv / "lib").glob("python3.*/site-packages")))
