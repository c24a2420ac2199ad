"""What the sandbox is started with."""

from dataclasses import dataclass

from .dialect import Shape

TEST_KEY_PREFIX = "sk_test_"


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of the command line.

    Attributes:
        host: interface to listen on.
        port: TCP port; 0 takes a free one.
        block_seconds: time between blocks; 0 leaves the chain to the control API.
        key: the one API key that is accepted.
        secret: what webhooks are signed with.
        shape: form of webhook data until the control API changes it.
    """

    host: str = "127.0.0.1"
    port: int = 8900
    block_seconds: float = 10.0
    key: str = "sk_test_sandbox"
    secret: str = "sandbox-webhook-secret-0000000000"  # noqa: S105 - of a toy
    shape: Shape = Shape.API

    @property
    def environment(self) -> str:
        """What the key is for: `test` or `live`."""
        return "test" if self.key.startswith(TEST_KEY_PREFIX) else "live"
