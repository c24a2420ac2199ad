"""Every error of this package, as one tree.

CryptopayError
 ├─ AmountError             a number that is no amount of this asset or currency
 ├─ AddressError            a text that is no address of this network
 ├─ HashError               a text that is no transaction hash
 ├─ AssetError              an asset, coin or network nobody here knows
 ├─ QuoteError              no price can be named
 ├─ SettingError            a setting that cannot be used (carries the field)
 ├─ TransitionError         an event that the payment's state does not allow
 ├─ DeliveryError           a webhook that will never be valid
 │   ├─ SignatureError      not signed by anyone we know
 │   └─ MalformedError      signed, but not in a form that the gateway documents
 ├─ GatewayError            the gateway did not give what was asked
 │   ├─ TerminalError       it never will: asking again changes nothing
 │   ├─ RetryableError      nothing has happened; ask again later
 │   └─ IndeterminateError  it may have happened; find out before asking again
 ├─ PostError               a letter that the mail server did not take
 ├─ RefundError             coins that cannot go back like this; says why
 └─ ShopError               the shop could not take what was reported to it

Messages are written for the person who reads them (merchant, developer or
operator) and never hold a secret.
"""


class CryptopayError(Exception):
    """The root: catch this to catch all of ours."""


class AmountError(CryptopayError, ValueError):
    """A number is not an amount: a float, too many decimals, negative, not finite."""


class AddressError(CryptopayError, ValueError):
    """A text is not an address of the network: form, checksum or prefix is wrong."""


class HashError(CryptopayError, ValueError):
    """A text is not a transaction hash."""


class AssetError(CryptopayError, LookupError):
    """An asset, coin or network is not in the table."""


class QuoteError(CryptopayError):
    """No price can be named for this asset in this currency."""


class SettingError(CryptopayError, ValueError):
    """A setting cannot be used.

    Attributes:
        field: the setting's name as the Dashboard shows it.
        reason: what is wrong, in words a merchant can act on.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class TransitionError(CryptopayError):
    """The transition table has no row for this event in this state."""


class DeliveryError(CryptopayError):
    """A webhook that no repetition can make valid."""


class SignatureError(DeliveryError):
    """No configured secret made this signature."""


class MalformedError(DeliveryError):
    """The body is signed, but it is not in any form that the gateway documents."""


class GatewayError(CryptopayError):
    """The gateway did not give what was asked.

    Attributes:
        code: the gateway's own code (`INVALID_NETWORK`), or ours where it gave none.
        request_id: the gateway's reference for its support, or "".
    """

    def __init__(self, message: str, *, code: str = "", request_id: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.request_id = request_id


class TerminalError(GatewayError):
    """The gateway refuses, or answers nonsense: asking again changes nothing."""


class RetryableError(GatewayError):
    """Nothing has happened at the gateway; the same request may succeed later.

    Attributes:
        retry_after: seconds until asking again makes sense, or None if not known.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        request_id: str = "",
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message, code=code, request_id=request_id)
        self.retry_after = retry_after


class IndeterminateError(GatewayError):
    """The request left us and no answer came: it may have been carried out."""


class PostError(CryptopayError):
    """The mail server did not take a letter; the message names no address.

    Attributes:
        is_final: whether it never will (the recipient does not exist).
    """

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final


class ShopError(CryptopayError):
    """The shop could not take what was reported; the outbox tries again."""


class RefundError(CryptopayError):
    """Coins cannot go back like this, or a refund cannot be moved on so.

    Attributes:
        code: what is wrong as one word, for a page that says it in a language.
        figures: what the words name, by name (`network`, `amount`).
    """

    def __init__(self, message: str, *, code: str = "", **figures: str) -> None:
        super().__init__(message)
        self.code = code
        self.figures = figures


class CaseError(CryptopayError):
    """A case cannot be closed like this; says why."""
