"""Whether Celery's workers are there, asked of real ones."""

import sys
from pathlib import Path

import pytest
from celery import Celery

from demo.services.ports import free_port
from demo.services.processes import Program, bare_environment
from demo.services.redis import Broker, start_broker
from saleor_cryptopay.bridge.services.workers import count_workers

PROJECT = Path(__file__).parents[2]
APP = "tests.bridge.small_app:app"
START_SECONDS = 120


def app_on(broker: Broker) -> Celery:
    app = Celery("asking", broker=broker.url)
    app.conf.broker_transport_options = broker.transport_options
    return app


def test_a_worker_that_runs_is_counted(tmp_path: Path) -> None:
    with start_broker(tmp_path) as broker:
        if not broker.is_redis:
            pytest.skip("no redis-server was found")
        app = app_on(broker)
        assert count_workers(app) == 0
        command = [sys.executable, "-m", "celery", "--app", APP, "worker", "-P", "solo"]
        environment = bare_environment(CELERY_BROKER_URL=broker.url)
        with Program(
            "worker",
            [*command, "--loglevel", "info"],
            log=tmp_path / "worker.log",
            environment=environment,
            folder=PROJECT,
        ) as worker:
            worker.wait_for_line(r"celery@\S+ ready", START_SECONDS)
            assert count_workers(app) == 1


def test_a_broker_that_is_down_has_no_workers() -> None:
    assert count_workers(app_on(Broker(f"redis://127.0.0.1:{free_port()}/0", ""))) == 0
