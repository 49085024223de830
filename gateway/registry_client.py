"""The registry as a running gateway sees it: followed in memory, told of calls, asked by nobody."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import structlog
from redis.exceptions import RedisError

from ..ivr.publishing.copies import Copies
from ..ivr.publishing.keys import Keys as FlowKeys
from ..ivr.publishing.shelf import FlowShelf
from ..ivr.publishing.shelf import Standing as FlowStanding
from ..numbers.directory import Answering, RegistryDirectory
from ..numbers.model import Agent, Route, RouteKind, Snapshot
from ..numbers.registry import snapshot_json
from ..numbers.registry.keys import Keys
from ..numbers.serving.last_good import LastGood
from ..numbers.serving.view import Standing, View
from ..numbers.serving.watch import Watch
from .call_record import CallFacts
from .flow_calls import Casting, find
from .store import OpenStore

_LOG = structlog.stdlib.get_logger("voicegate.registry")


class RegistryClient:
    """Follows one account's configuration from `start` to `close`.

    `house` answers where the registry leads to nobody, `held` gives the versions of live calls.
    The last good copy lies in `folder`.
    """

    def __init__(
        self,
        store: OpenStore,
        account: str,
        folder: Path,
        *,
        house: Route,
        held: Callable[[], Collection[int]],
    ) -> None:
        self._client = store.gateway_client()
        kept = LastGood(
            folder / f"last-good-{account}.json", snapshot_json.parse, snapshot_json.render
        )
        keys = Keys(store.prefix, account)
        self._watch = Watch(
            self._client, keys, snapshot_json.parse, kept, held=held, tell=_log_change
        )
        self.shelf = FlowShelf(
            self._client, FlowKeys(store.prefix), Copies(folder / "flows"), tell=_log_flow
        )
        self.directory = RegistryDirectory(
            lambda: self._watch.view,
            _now,
            house,
            lambda route: self.shelf.current(route.target) is not None,
        )
        self._following: list[asyncio.Task[None]] = []
        self._notes: set[asyncio.Task[None]] = set()

    @property
    def standing(self) -> dict[str, str | int]:
        """For `/readyz`: the version that answers calls, and how it stands to the store's."""
        return {
            "version": self._watch.view.snapshot.version,
            "standing": str(self._watch.standing),
        }

    async def start(self) -> None:
        """Have something to answer by, and follow from now on."""
        await self._watch.start()
        await self.shelf.start()
        loop = asyncio.get_running_loop()
        self._following = [loop.create_task(each.run()) for each in (self._watch, self.shelf)]

    def note_call(self, called: str) -> None:
        """A call of this number ended now; where the store is away, nobody will know."""
        note = asyncio.get_running_loop().create_task(self._note(called, _now()))
        self._notes.add(note)
        note.add_done_callback(self._notes.discard)

    async def recall(self, facts: CallFacts) -> Answering | Casting:
        """Who answers a call that rang at another process: as it was settled there.

        Where that version cannot be had any more, the agent of that name as he is now; else the
        one whom the settings describe.
        """
        if facts.route is not None and facts.route.kind is RouteKind.FLOW:
            ready = await find(self.shelf, facts.route)
            if ready is None:
                _LOG.error("flow.lost", flow=facts.route.target, call=facts.call_id)
            else:
                return Casting(ready, (await self._snapshot(facts.version)).agents)
        agent = None if facts.agent is None else await self._agent(facts.agent, facts.version)
        return Answering(facts.route, agent, facts.audio, facts.version)

    async def close(self) -> None:
        """Follow no more, and write down what is still to be."""
        if self._notes:
            await asyncio.wait(self._notes)
        for following in self._following:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
        await self._client.aclose()

    async def _agent(self, name: str, version: int) -> Agent | None:
        return (await self._snapshot(version)).agents.get(name)

    async def _snapshot(self, version: int) -> Snapshot:
        """That version, or the one in force where it cannot be had any more."""
        snapshot = None
        with suppress(RedisError, OSError):
            snapshot = await self._watch.version(version)
        if snapshot is None:
            _LOG.warning("call.unpinned", version=version)
            snapshot = self._watch.view.snapshot
        return snapshot

    async def _note(self, called: str, ended_at: datetime) -> None:
        with suppress(RedisError, OSError):
            await self._watch.note_call(called, ended_at)


def _log_change(standing: Standing, view: View) -> None:
    version = view.snapshot.version
    if standing is Standing.CURRENT:
        _LOG.info("registry.changed", version=version)
    else:
        _LOG.warning("registry.changed", version=version, standing=standing)


def _log_flow(standing: FlowStanding, served: Mapping[str, int]) -> None:
    told = ", ".join(f"{name}@{version}" for name, version in served.items())
    if standing is FlowStanding.CURRENT:
        _LOG.info("flows.changed", served=told)
    else:
        _LOG.warning("flows.changed", served=told, standing=standing)


def _now() -> datetime:
    return datetime.now(UTC)
