"""A shop's GraphQL over HTTP, with errors in words."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import httpx

from .processes import ServiceError

TIMEOUT_SECONDS = 60


class GraphQLError(ServiceError):
    """The shop answered with errors.

    Attributes:
        errors: them, as Saleor gave them.
    """

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__("; ".join(_words(error) for error in errors))
        self.errors = errors


class GraphQL:
    """One shop's API, on a connection that is kept."""

    def __init__(self, url: str, client: httpx.Client | None = None) -> None:
        """Use the endpoint at `url`, over a client of one's own if one is given."""
        self._url = url
        self._client = client or httpx.Client(timeout=TIMEOUT_SECONDS)

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    def execute(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        token: str | None = None,
    ) -> dict[str, Any]:
        """Send a query or mutation and return its `data`, with amounts as Decimal.

        Raises:
            GraphQLError: the answer has top-level errors, or is no GraphQL answer.
        """
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = {"query": query, "variables": dict(variables or {})}
        response = self._client.post(self._url, json=body, headers=headers)
        answer = _decoded(response)
        if answer.get("errors"):
            raise GraphQLError(answer["errors"])
        data: dict[str, Any] = answer["data"]
        return data

    def mutate(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        token: str | None = None,
    ) -> dict[str, Any]:
        """Send one mutation and return its payload; ask for `errors { ... }` in it.

        Raises:
            GraphQLError: the answer or the payload has errors.
        """
        payload: dict[str, Any]
        (payload,) = self.execute(query, variables, token).values()
        if payload["errors"]:
            raise GraphQLError(payload["errors"])
        return payload


def _decoded(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = json.loads(response.text, parse_float=Decimal)
    except ValueError:
        answer = None
    if isinstance(answer, dict) and ("data" in answer or "errors" in answer):
        return answer
    words = f"HTTP {response.status_code}: {response.text[:300]}"
    raise GraphQLError([{"message": words}])


def _words(error: Mapping[str, Any]) -> str:
    where = error.get("field") or error.get("code") or ""
    message = error.get("message") or ""
    return f"{where}: {message}" if where else str(message)
