"""What `numbers doctor` looks at outside the registry."""

import threading
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import metadata
from typing import Any

import orjson
import pytest
import redis
from redis.exceptions import ResponseError

from voicegate.gateway import numbers_checks as checks
from voicegate.gateway.carriers.twilio_account import AccountFacts
from voicegate.gateway.store import OpenStore
from voicegate.gateway.terminal.examination import Health

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
GOOD = {"appendonly": "yes", "maxmemory-policy": "noeviction", "appendfsync": "always"}


class House:
    """What stands behind a public URL: the answers by path, and to what nobody signed."""

    def __init__(self) -> None:
        self.bodies = {"/healthz": b"ok"}
        self.status = 200
        self.status_unsigned = 403
        self.url = ""


@pytest.fixture
def house() -> Generator[House]:
    behind = House()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = behind.bodies.get(self.path)
            self._say(404 if body is None else behind.status, body or b"")

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._say(behind.status_unsigned, b"")

        def _say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            pass

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        behind.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield behind
        server.shutdown()
        thread.join()


def test_a_gateway_that_refuses_what_is_not_signed_is_well(house: House) -> None:
    assert checks.public_url(house.url).health is Health.OK


def test_a_gateway_that_answers_what_nobody_signed_fails(house: House) -> None:
    house.status_unsigned = 200
    assert "nobody signed" in checks.public_url(house.url).value


@pytest.mark.parametrize("bodies", [{"/healthz": b"<html>"}, {}])
def test_another_house_fails(house: House, bodies: dict[str, bytes]) -> None:
    house.bodies = bodies
    assert checks.public_url(house.url).health is Health.FAIL


def test_an_address_where_nobody_answers_fails() -> None:
    assert checks.public_url("http://127.0.0.1:9").health is Health.FAIL


@pytest.mark.parametrize(
    ("told", "health"),
    [
        ({"registry": {"version": 7, "standing": "current"}}, Health.OK),
        ({"registry": {"version": 6, "standing": "current"}}, Health.WARN),
        ({"registry": {"version": 6, "standing": "refused"}}, Health.FAIL),
        ({"registry": {"version": 7, "standing": "away"}}, Health.FAIL),
        ({"failing": []}, Health.FAIL),
        ([], Health.FAIL),
    ],
)
def test_the_version_that_is_served_should_be_that_in_force(
    house: House, told: object, health: Health
) -> None:
    """N8: a gateway that refused a version is named."""
    house.bodies["/readyz"] = orjson.dumps(told)
    for status in (200, 503):  # it may not be ready, and tells all the same
        house.status = status
        assert checks.serving(house.url, lambda: 7).health is health


@pytest.mark.parametrize(
    ("status", "off_s", "health"),
    [
        ("active", 0, Health.OK),
        ("active", -2.9, Health.OK),  # an answer tells whole seconds
        ("active", -3.1, Health.FAIL),
        ("active", 2.1, Health.FAIL),
        ("suspended", 0, Health.FAIL),
    ],
)
def test_an_account_is_active_and_its_clock_is_ours(
    status: str, off_s: float, health: Health
) -> None:
    facts = AccountFacts(status, "Full", AT + timedelta(seconds=off_s))
    assert checks.account(lambda: facts, lambda: AT).health is health


@pytest.mark.parametrize(
    ("status", "kind", "health", "told"),
    [
        ("active", "Full", Health.OK, "active"),
        ("active", "Trial", Health.WARN, "trial"),
        ("suspended", "Trial", Health.FAIL, "suspended"),
        ("closed", "Full", Health.FAIL, "closed"),
        ("", "", Health.FAIL, "no known status"),
    ],
)
def test_what_an_account_may_not_do_is_named(
    status: str, kind: str, health: Health, told: str
) -> None:
    found = checks.account(lambda: AccountFacts(status, kind, AT), lambda: AT)
    assert (found.health, told in found.value) == (health, True)
    assert bool(found.remedy) is (health is not Health.OK)


def test_the_models_of_the_settings_are_named_and_a_missing_key_is_a_warning() -> None:
    found = checks.model(["gpt-realtime-2.1", "gpt-realtime"], has_key=True)
    assert found.health is Health.OK
    assert "gpt-realtime-2.1, then gpt-realtime" in found.value
    assert checks.model(["gpt-realtime-2.1"], has_key=False).health is Health.WARN


def test_a_region_that_twilios_package_would_obey_is_a_warning() -> None:
    """It would lead requests to where the numbers are not; ours go to the usual one."""
    assert checks.region({"PORT": "1"}).health is Health.OK
    found = checks.region({"TWILIO_REGION": "ie1", "TWILIO_EDGE": "dublin"})
    assert found.health is Health.WARN
    assert "TWILIO_REGION=ie1, TWILIO_EDGE=dublin" in found.value


@pytest.mark.parametrize(
    ("version", "settings", "health"),
    [
        ("6.2.14", GOOD, Health.OK),
        ("6.0.9", GOOD, Health.FAIL),
        ("7.0", {**GOOD, "appendonly": "no"}, Health.FAIL),
        ("7.0", {**GOOD, "maxmemory-policy": "allkeys-lru"}, Health.FAIL),
        ("7.0", {**GOOD, "appendfsync": "everysec"}, Health.WARN),
    ],
)
def test_a_redis_that_may_forget_is_named(
    version: str, settings: dict[str, str], health: Health
) -> None:
    assert checks.store_settings(version, settings).health is health


def test_the_private_redis_forgets_nothing_and_one_without_a_file_fails(
    store: OpenStore, request: pytest.FixtureRequest
) -> None:
    """N15."""
    with store.command_client() as client:
        found = checks.store(client, lambda: datetime.now(UTC))
        off = checks.store(client, lambda: datetime.now(UTC) - timedelta(seconds=10))
    is_private = "[private]" in request.node.name
    assert found.health is (Health.OK if is_private else Health.FAIL), found
    assert "clock" in off.value


class Reserved(redis.Redis):
    """One whose operator keeps its settings to himself."""

    def config_get(self, pattern: object = "*", *args: object, **kwargs: object) -> Any:
        raise ResponseError("unknown command 'CONFIG'")


def test_a_redis_that_does_not_tell_its_settings_is_a_warning(store: OpenStore) -> None:
    with Reserved.from_url(store.url, protocol=2) as client:  # pyright: ignore[reportUnknownMemberType]
        assert checks.store(client, lambda: datetime.now(UTC)).health is Health.WARN


@pytest.mark.parametrize(("years", "health"), [(0, Health.OK), (1, Health.OK), (2, Health.FAIL)])
def test_zones_are_of_this_year_or_the_last(years: int, health: Health) -> None:
    released = int(metadata.version("tzdata").split(".")[0])
    assert checks.zones(released + years).health is health
