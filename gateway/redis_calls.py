"""The calls of all processes of one Redis."""

import asyncio
import secrets
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from . import redis_scripts as scripts
from .call_record import CallFacts, CallRecord, parse_facts, render_facts
from .core.actions import EndReason
from .core.errors import StoreError, StoreFault
from .own_calls import OwnCalls
from .process_channel import ProcessChannel
from .shared_calls import Limit, Owner, limits, unowned_end
from .slots import LEASE_MS, Slot, Slots
from .store_faults import soon

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.commands.core import AsyncScript

Ended = tuple[bool, EndReason]  # whether its media ever came, and why it is over

LIVE_MS = 25 * 3_600_000  # longer than the longest call
ENDED_MS = 600_000
ANSWER_S = 0.8
CLOSE_S = 2.0


class RedisCalls:
    """See SharedCalls. `where` is what errors call this Redis, `limit` is None for none."""

    def __init__(
        self, client: "Redis", prefix: str, where: str, process: str, limit: int | None = None
    ) -> None:
        self.process = process
        self._limit = limit
        self._client = client
        self._prefix = prefix
        self._where = where
        self._owner: Owner | None = None
        self._own = OwnCalls(process, self._write_down, self._moved)
        self._questions: dict[str, asyncio.Future[Ended | None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._channel = ProcessChannel(
            client, self._channels + process, self._hear, self._own.keep_all
        )
        self._slots = Slots(client, where, self._held)
        self._announce = client.register_script(scripts.ANNOUNCE)
        self._find = client.register_script(scripts.FIND)
        self._claim = client.register_script(scripts.CLAIM)
        self._lose = client.register_script(scripts.LOSE)
        self._tell = client.register_script(scripts.TELL)
        self._put = client.register_script(scripts.PUT)

    def listen(self, owner: Owner) -> None:
        """See SharedCalls."""
        self._owner = owner

    async def start(self) -> None:
        """See SharedCalls."""
        self._own.start()
        self._slots.start()
        await self._channel.start()

    async def close(self) -> None:
        """See SharedCalls."""
        await self._slots.close()
        await self._own.close()
        await self._channel.close()  # who asks from now on finds it written
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_S)
        await self._client.aclose()

    # -- asked while a caller waits ------------------------------------------------------------

    def limits(self, facts: CallFacts) -> Mapping[Limit, int]:
        """See SharedCalls."""
        return limits(facts, self._limit)

    async def announce(self, record: CallRecord) -> CallRecord | Limit:
        """See SharedCalls."""
        facts, wanted = record.facts, self.limits(record.facts)
        args = [render_facts(facts), facts.call_id, self.process, LIVE_MS, LEASE_MS]
        args += wanted.values()
        told = await self._ask(self._announce, facts.call_sid, args, self._pools(facts))
        if isinstance(told, int):
            return [*wanted][told - 1]
        found = self._record(told)
        assert found is not None
        if found.facts.call_id == facts.call_id:
            self._own.note(found)
        return found

    async def find(self, call_sid: str) -> CallRecord | None:
        """See SharedCalls."""
        return self._record(await self._ask(self._find, call_sid, []))

    async def claim(self, call_sid: str, call_id: str) -> CallRecord | None:
        """See SharedCalls."""
        message = orjson.dumps(["moved", call_sid, call_id])
        args = [call_id, self.process, secrets.token_hex(8), self._channels, message]
        found = self._record(await self._ask(self._claim, call_sid, args))
        if found is not None and found.is_waiting and found.facts.call_id == call_id:
            self._own.note(replace(found, owner=self.process, has_started=True))
        return found

    async def lose(self, call_sid: str, *, is_over: bool) -> CallRecord | None:
        """See SharedCalls."""
        question = secrets.token_hex(8)
        answer = self._questions[question] = asyncio.get_running_loop().create_future()
        try:
            message = orjson.dumps(["lost", call_sid, is_over, self.process, question])
            found = await self._ask(self._lose, call_sid, [self._channels, message])
            record = self._record(found)
            if record is None or record.reason is not None:
                return record
            told = await _within(ANSWER_S, answer) if found[4] else None
        finally:
            del self._questions[question]
        if told is not None:
            has_started, reason = told
            return replace(record, has_started=has_started, reason=reason)
        return await self._bury(unowned_end(record, is_over=is_over))

    async def _bury(self, record: CallRecord) -> CallRecord:
        """Nobody answers for the call any more: every process shall say the same of it."""
        with suppress(StoreError):
            await self._write_down(record)
        return record

    # -- what is written behind the calls ------------------------------------------------------

    def keep(self, record: CallRecord) -> None:
        """See SharedCalls."""
        self._own.keep(record)

    def _moved(self, facts: CallFacts) -> None:
        if self._owner is not None:
            self._owner.moved(facts.call_sid, facts.call_id)

    async def _write_down(self, record: CallRecord) -> str:
        facts, reason = record.facts, record.reason
        kept_ms = LIVE_MS if reason is None else ENDED_MS
        args = [
            render_facts(facts),
            facts.call_id,
            record.owner,
            "1" if record.has_started else "",
            reason or "",
            kept_ms,
        ]
        owner: bytes = await self._ask(self._put, facts.call_sid, args, self._pools(facts))
        return owner.decode()

    # -- other processes -----------------------------------------------------------------------

    def _hear(self, message: bytes) -> None:
        match orjson.loads(message):
            case ["moved", str(call_sid), str(call_id)]:
                self._own.forget(call_sid)
                if self._owner is not None:
                    self._owner.moved(call_sid, call_id)
            case ["lost", str(call_sid), bool(is_over), str(asker), str(question)]:
                self._spawn(self._answer(call_sid, asker, question, is_over=is_over))
            case ["ended", str(question), bool(has_started), str(reason)]:
                self._learn(question, (has_started, EndReason(reason)))
            case ["unknown", str(question)]:
                self._learn(question, None)
            case _:  # another release may say more
                pass

    def _learn(self, question: str, ended: Ended | None) -> None:
        waiting = self._questions.get(question)
        if waiting is not None and not waiting.done():
            waiting.set_result(ended)

    async def _answer(self, call_sid: str, asker: str, question: str, *, is_over: bool) -> None:
        ended = None if self._owner is None else self._owner.lost(call_sid, is_over=is_over)
        answer: list[object] = ["unknown", question]
        if ended is not None:
            answer = ["ended", question, ended.has_started, ended.reason]
        with suppress(StoreError):
            await self._ask(self._tell, call_sid, [self._channels + asker, orjson.dumps(answer)])

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- Redis ---------------------------------------------------------------------------------

    @property
    def _channels(self) -> str:
        return f"{self._prefix}process:"

    def _pools(self, facts: CallFacts) -> list[str]:
        """The keys of the slots that a call needs, in the order of its limits."""
        keys = {
            Limit.TOTAL: f"{self._prefix}slots",
            Limit.NUMBER: f"{self._prefix}slots:{facts.called}",
        }
        return [keys[limit] for limit in self.limits(facts)]

    def _held(self) -> set[Slot]:
        return {(facts.call_id, pool) for facts in self._own.live() for pool in self._pools(facts)}

    def _key(self, call_sid: str) -> str:
        return f"{self._prefix}call:{call_sid}"

    async def _ask(
        self,
        script: "AsyncScript",
        call_sid: str,
        args: Sequence[str | bytes | int],
        pools: Sequence[str] = (),
    ) -> Any:
        async with soon(self._where):
            return await script(keys=[self._key(call_sid), *pools], args=args)

    def _record(self, found: Sequence[bytes | None] | None) -> CallRecord | None:
        if found is None or found[0] is None:
            return None
        text, owner, started, reason = (part or b"" for part in found[:4])
        try:
            facts: CallFacts = parse_facts(text)
            ended = EndReason(reason.decode()) if reason else None
        except ValueError:
            said = f"Redis at {self._where} knows a call in a form that this release cannot read"
            raise StoreError(StoreFault.UNSUITABLE, said) from None
        return CallRecord(facts, owner.decode(), started == b"1", ended)


async def _within(patience_s: float, answer: "asyncio.Future[Ended | None]") -> Ended | None:
    try:
        return await asyncio.wait_for(answer, patience_s)
    except TimeoutError:
        return None
