"""Runs that go on at the same time are given different ports."""

import socket
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from demo.services.ports import LEDGER, free_port

PORTS = 3_000


def ask_for_ports(many: int) -> set[int]:
    return {free_port() for _ in range(many)}


def test_two_processes_are_never_given_the_same_port() -> None:
    # So many that the system alone would give some of them twice.
    with ProcessPoolExecutor(2, get_context("spawn")) as processes:
        first, second = processes.map(ask_for_ports, [PORTS, PORTS])
    assert first.isdisjoint(second)
    assert LEDGER.exists()


def test_a_port_can_be_listened_on() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as server:
        assert server.getsockname()[1] > 0
