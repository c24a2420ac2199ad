"""Connections whose time is up are let go of."""

import socket
import ssl
from datetime import timedelta

import httpcore
import pytest

from saleor_cryptopay.gateways.transport import (
    Deadline,
    _BoundedBackend,
    bounded_by,
)


def test_a_connection_whose_time_is_up_before_it_is_secured_is_closed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        with bounded_by(Deadline.after(timedelta(seconds=30))):
            stream = _BoundedBackend().connect_tcp(host, port)
        own: socket.socket = stream.get_extra_info("socket")
        assert own.fileno() >= 0
        is_up = bounded_by(Deadline.after(timedelta()))
        with is_up, pytest.raises(httpcore.ConnectTimeout):
            stream.start_tls(ssl.create_default_context(), host)
        assert own.fileno() == -1
