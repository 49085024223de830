"""The ledger: what of each item was received, sent, heard and cleared, to the millisecond."""

from collections import deque

from ...codecs.frames import AudioFormat
from .actions import Action, ClearAudio, PlaceMark, PlayAudio, fact
from .item import CutItem, Item, Segment
from .marks import Mark, Marks
from .playclock import FastestPlay, PlayClock, RoundTrips

FRAME_MS = 20
MESSAGE_MS = 200  # the longest media message
NEARLY_DRY_MS = 60  # with less than this in the buffer the next audio counts as a new run
STALL_MS = 300  # silence inside an item that is worth a word
SUCCESSOR_WAIT_MS = 1_000  # how long a later item waits for an earlier one that says nothing
REFILL_MS = 1_000


class Playout:
    """One queue towards the carrier. Items play in the order of their first delta.

    Twilio "Media Streams - WebSocket Messages": audio is queued and played in order, a mark comes
    back when all before it has been played, a clear empties the queue and sends back every mark.
    """

    deadline_ms: int | None = None

    def __init__(self, line: AudioFormat, *, lead_limit_ms: int, mark_every_ms: int) -> None:
        self._line = line
        self._bytes_per_ms = line.bytes_per_ms
        self._frame = line.frame_bytes(FRAME_MS)
        self._lead_limit_ms = lead_limit_ms
        self._mark_every = mark_every_ms * line.bytes_per_ms
        self._round_trips = RoundTrips()
        self._clock = PlayClock(self._round_trips)
        self._fastest = FastestPlay()
        self.has_true_marks = True  # until one comes back before its audio can have been played
        self.items: dict[str, Item] = {}
        self._announced: dict[str, Item] = {}
        self._order: deque[Item] = deque()  # items that still have something to send
        self._segments: deque[Segment] = deque()  # sent and not yet known to be heard
        self.marks = Marks()
        self._sent = 0  # bytes of this generation, padding included
        self._echoed = 0
        self._last_mark = 0

    # -- audio in ------------------------------------------------------------------------------

    def receive(
        self, item_id: str, response_id: str, payload: bytes, now_ms: int, *, is_interruptible: bool
    ) -> list[Action]:
        """Take a delta of a model item and send what may be sent."""
        item = self.items.get(item_id)
        if item is None or item_id in self._announced:
            item = self._admit(Item(item_id, response_id, is_interruptible=is_interruptible))
        item.received += len(payload)
        item.last_delta_ms = now_ms
        if item.is_cut or item.is_done:
            item.dropped += len(payload)
            return []
        item.waiting += payload
        return self._pump(now_ms)

    def drop(self, item_id: str, response_id: str, payload: bytes) -> None:
        """Count a delta of a response that was cut; it is never played."""
        item = self.items.setdefault(item_id, Item(item_id, response_id))
        item.is_cut = True
        item.received += len(payload)
        item.dropped += len(payload)

    def announce(self, item_id: str, response_id: str) -> None:
        """The model began an item; should it be cut before its first delta, it is known."""
        if item_id not in self.items:
            self.items[item_id] = self._announced[item_id] = Item(item_id, response_id)

    def forget_announced(self, response_id: str) -> None:
        """A response is over: what it announced and never spoke cannot be cut any more."""
        for item in [i for i in self._announced.values() if i.response_id == response_id]:
            del self._announced[item.item_id]
            del self.items[item.item_id]  # should it speak after all, it is new

    def finish(self, item_id: str, tail: bytes, now_ms: int) -> list[Action]:
        """No more audio for an item: its last part-frame and the filter's tail may leave."""
        item = self.items.get(item_id)
        if item is None or item.is_done or item.is_cut:
            return []
        item.is_done = True
        item.tail = tail
        return self._pump(now_ms)

    def finish_response(self, response_id: str, now_ms: int) -> list[Action]:
        """The whole response is over: no item of it stays open."""
        still_open = [item.item_id for item in self._order if item.response_id == response_id]
        return [action for item_id in still_open for action in self.finish(item_id, b"", now_ms)]

    def given_up(self, response_id: str) -> list[tuple[str, int]]:
        """Items whose last words came when nobody waited for them any more, and the ms that were sent."""
        return [
            (item.item_id, self.ms(item.sent))
            for item in self.items.values()
            if item.response_id == response_id and item.is_done and item.dropped and not item.is_cut
        ]

    def abandon(
        self, now_ms: int, response_id: str | None = None
    ) -> tuple[list[Action], list[CutItem]]:
        """No more of a response, or of all: what was sent plays on, what waits here never will."""
        left = [
            item
            for item in (*self._order, *self._announced.values())
            if not item.is_house and response_id in (None, item.response_id)
        ]
        for item in left:
            self._announced.pop(item.item_id, None)
            item.dropped += len(item.waiting)
            item.waiting.clear()
            item.is_cut = True
        self._order = deque(item for item in self._order if not item.is_cut)
        cut = [self._broken_off(item) for item in left]
        return self._pump(now_ms), cut

    def _broken_off(self, item: Item) -> CutItem:
        """All that was sent will have been heard."""
        sent_ms, received_ms = (count // self._bytes_per_ms for count in (item.sent, item.received))
        return CutItem(item.item_id, sent_ms, received_ms, is_whole=False, dry_ms=item.dry_ms)

    def play_house(
        self, piece_id: str, payload: bytes, now_ms: int, *, is_interruptible: bool
    ) -> list[Action]:
        """Queue a sound of our own behind what is already there."""
        piece = Item(piece_id, is_house=True, is_interruptible=is_interruptible)
        piece.received = len(payload)
        piece.waiting += payload
        piece.is_done = True
        piece.last_delta_ms = now_ms
        self._admit(piece)
        return self._pump(now_ms)

    def _admit(self, item: Item) -> Item:
        self._announced.pop(item.item_id, None)
        self.items[item.item_id] = item
        self._order.append(item)
        return item

    # -- audio out -----------------------------------------------------------------------------

    def _pump(self, now_ms: int) -> list[Action]:
        actions: list[Action] = []
        while self._order:
            item = self._order[0]
            if not self._send(item, now_ms, actions):
                break
            if not self._is_over(item, now_ms):
                break
            self._order.popleft()
            self._end_item(item, now_ms, actions)
        self._arm(now_ms)
        return actions

    def _is_over(self, item: Item, now_ms: int) -> bool:
        if item.is_done:
            return True
        # An item that never says it is done must not hold up its successor for ever.
        return len(self._order) > 1 and now_ms - item.last_delta_ms >= SUCCESSOR_WAIT_MS

    def _send(self, item: Item, now_ms: int, actions: list[Action]) -> bool:
        """Send whole frames while the lead allows; False when it does not."""
        waiting = item.waiting
        message = MESSAGE_MS * self._bytes_per_ms
        while len(waiting) >= self._frame:
            room_ms = self._lead_limit_ms - self.lead_ms(now_ms)
            if room_ms <= 0:
                return False
            size = min(message, len(waiting) // self._frame * self._frame)
            self._emit(item, bytes(waiting[:size]), size, now_ms, actions)
            del waiting[:size]
        return True

    def _end_item(self, item: Item, now_ms: int, actions: list[Action]) -> None:
        """The last part-frame, made whole with silence that is not item time; then a mark."""
        item.is_done = True
        rest = bytes(item.waiting)
        item.waiting.clear()
        whole = rest + item.tail
        if whole:
            missing = -len(whole) % self._frame
            whole += self._line.silence(FRAME_MS)[:missing]
            self._emit(item, whole, len(rest), now_ms, actions)
        if self._sent > self._last_mark:
            self._place_mark(now_ms, actions)
        actions += self._heard_out([item])

    def _emit(
        self, item: Item, payload: bytes, own: int, now_ms: int, actions: list[Action]
    ) -> None:
        lead_ms = self.lead_ms(now_ms)
        dry_ms = self._begin_run(now_ms, actions) if lead_ms < NEARLY_DRY_MS else 0
        actions.append(PlayAudio(payload, item.item_id))
        if item.first_sent_ms is None:
            item.first_sent_ms = now_ms
            if not item.is_house:
                names = {"item": item.item_id, "response": item.response_id}
                actions.append(fact("audio.first_sent", **names, lead_ms=lead_ms))
        elif dry_ms and own:
            item.dry_ms += dry_ms
            if dry_ms >= STALL_MS:
                actions.append(fact("audio.stall", item=item.item_id, ms=dry_ms))
        self._book(item, own)
        self._fastest.sent(len(payload) // self._bytes_per_ms, now_ms)
        self._sent += len(payload)
        item.sent += own
        if self._sent - self._last_mark >= self._mark_every:
            self._place_mark(now_ms, actions)

    def _book(self, item: Item, own: int) -> None:
        if not own:
            return
        last = self._segments[-1] if self._segments else None
        if last is not None and last.item is item and last.end == self._sent:
            last.end += own
        else:
            self._segments.append(Segment(self._sent, self._sent + own, item))

    def _begin_run(self, now_ms: int, actions: list[Action]) -> int:
        """The buffer is dry, or nearly so; returns for how long it has been."""
        sent_ms = self._sent / self._bytes_per_ms
        plays_until_ms = self._plays_until_ms(sent_ms) if self._sent else now_ms
        self._clock.begin_run(sent_ms, now_ms, plays_until_ms=plays_until_ms)
        is_dry, is_held_up = plays_until_ms <= now_ms, self.marks.is_flushing
        self._place_mark(
            now_ms, actions, is_probe=is_dry and not is_held_up, is_held_up=is_dry and is_held_up
        )
        return max(0, int(now_ms - plays_until_ms))

    def _plays_until_ms(self, sent_ms: float) -> float:
        if self.has_true_marks:
            return self._clock.reaches_at_ms(sent_ms)
        return self._fastest.ends_ms

    def _place_mark(
        self,
        now_ms: int,
        actions: list[Action],
        *,
        is_probe: bool = False,
        is_held_up: bool = False,
    ) -> None:
        ends_ms = self._fastest.ends_ms
        mark = Mark(self._sent, self._clock.run, now_ms, ends_ms, is_probe, is_held_up)
        self._last_mark = self._sent
        actions.append(PlaceMark(self.marks.place(mark)))

    # -- what was heard ------------------------------------------------------------------------

    def echoed(self, name: str, now_ms: int) -> list[Action]:
        """A mark came back. Old, unknown, doubled and overtaken ones are counted, nothing more."""
        mark = self.marks.take(name, self._echoed)
        if mark is None:
            return []
        if not self.has_true_marks:
            self.marks.count(is_valid=False)
            return self.wake(now_ms)
        if not self._fastest.is_possible(mark.ends_ms, now_ms):
            return self._distrust(mark.ends_ms - now_ms, now_ms)
        self.marks.count(is_valid=True)
        if mark.is_probe:
            self._round_trips.add(now_ms - mark.sent_ms)
        if not mark.is_held_up:
            self._clock.echoed(mark.position / self._bytes_per_ms, mark.run, now_ms)
        told = self._heard_out(self._settle(mark.position))
        return [*self._pump(now_ms), *told] if self._order else told

    def _distrust(self, early_ms: int, now_ms: int) -> list[Action]:
        """The carrier echoes before it has played: from now on only the clock counts."""
        self.has_true_marks = False
        self.marks.count(is_valid=False)
        return [fact("marks.distrusted", early_ms=early_ms), *self.wake(now_ms)]

    def _settle(self, position: int) -> list[Item]:
        """Everything before `position` has been heard; returns whose audio that was, to the last."""
        settled: list[Item] = []
        self._echoed = position
        while self._segments and self._segments[0].start < position:
            segment = self._segments[0]
            heard_to = min(segment.end, position)
            segment.item.heard += heard_to - segment.start
            segment.start = heard_to
            if segment.start < segment.end:
                break
            settled.append(self._segments.popleft().item)
        return settled

    def position(self, now_ms: int) -> int:
        """Bytes of this generation that a clear sent now would find played."""
        if self.has_true_marks:
            estimate = int(self._clock.position_ms(now_ms) * self._bytes_per_ms)
        else:
            left_ms = max(0, self._fastest.ends_ms - now_ms)
            estimate = self._sent - left_ms * self._bytes_per_ms
        return max(self._echoed, min(self._sent, estimate))

    def lead_ms(self, now_ms: int) -> int:
        """Audio waiting at the carrier."""
        return (self._sent - self.position(now_ms)) // self._bytes_per_ms

    def heard_ms(self, item: Item, now_ms: int) -> int:
        """What the caller will have heard of an item when a clear sent now acts."""
        return self._heard(item, self.position(now_ms)) // self._bytes_per_ms

    def _heard(self, item: Item, position: int) -> int:
        unsettled = sum(
            max(0, min(s.end, position) - s.start) for s in self._segments if s.item is item
        )
        return item.heard + unsettled

    def ms(self, count: int) -> int:
        """Bytes of the line's format as whole milliseconds."""
        return count // self._bytes_per_ms

    @property
    def has_audio(self) -> bool:
        """Something was sent in this generation, or waits: a clear would have an object."""
        return bool(self._sent or self._order)

    @property
    def is_all_echoed(self) -> bool:
        """The carrier says that everything has been played."""
        return not self._order and self._echoed == self._sent

    @property
    def has_announced(self) -> bool:
        """The model began an item that has no audio yet."""
        return bool(self._announced)

    @property
    def round_trip_ms(self) -> int:
        """The way to the carrier and back at its best; 0 before an echo has told it."""
        return self._round_trips.least_ms or 0

    def unheard_ms(
        self, now_ms: int, *, only_interruptible: bool = False, only_model: bool = False
    ) -> int:
        """Item and house audio that has not been heard: waiting here, or at the carrier."""

        def counts(item: Item) -> bool:
            is_too_firm = only_interruptible and not item.is_interruptible
            return not is_too_firm and not (only_model and item.is_house)

        position = self.position(now_ms)
        waiting = sum(len(item.waiting) for item in self._order if counts(item))
        at_carrier = sum(
            s.end - max(s.start, position)
            for s in self._segments
            if s.end > position and counts(s.item)
        )
        return (waiting + at_carrier) // self._bytes_per_ms

    def ends_at_ms(self, now_ms: int) -> int:
        """When all audio known now will have been heard, if nothing stops it."""
        waiting = sum(len(item.waiting) for item in self._order)
        return now_ms + self.lead_ms(now_ms) + waiting // self._bytes_per_ms

    # -- clear ---------------------------------------------------------------------------------

    def clear(self, now_ms: int) -> tuple[list[Action], list[CutItem]]:
        """Drop the queue here and at the carrier; say what was heard of each item it held.

        What was only announced is cut as well. A carrier that was sent nothing is told nothing.
        """
        cleared, cut = self.clear_queue(now_ms)
        cut += [self._cut(item) for item in self._announced.values()]
        self._announced.clear()
        return cleared, cut

    def clear_queue(self, now_ms: int) -> tuple[list[Action], list[CutItem]]:
        """As `clear`, but what was only announced may still speak."""
        position = self.position(now_ms)
        queued = self._queued_items()
        self._settle(position)
        cut = [self._cut(item) for item in queued]
        cleared: list[Action] = [ClearAudio()] if self._sent else []
        self._order.clear()
        self._segments.clear()
        self.marks.flush(is_cleared=bool(cleared))
        self._sent = self._echoed = self._last_mark = 0
        self._clock = PlayClock(self._round_trips)
        self._fastest = FastestPlay()
        self.deadline_ms = None
        return cleared, [item for item in cut if not self.items[item.item_id].is_house]

    def _queued_items(self) -> list[Item]:
        queued: dict[str, Item] = {s.item.item_id: s.item for s in self._segments}
        queued.update((item.item_id, item) for item in self._order)
        return list(queued.values())

    def _cut(self, item: Item) -> CutItem:
        item.cleared += item.in_flight
        item.dropped += len(item.waiting)
        item.waiting.clear()
        is_whole = item.is_done and item.heard == item.received
        item.is_cut = not is_whole
        return self._account(item, is_whole=is_whole)

    def _account(self, item: Item, *, is_whole: bool) -> CutItem:
        heard_ms, received_ms = (
            item.heard // self._bytes_per_ms,
            item.received // self._bytes_per_ms,
        )
        return CutItem(item.item_id, heard_ms, received_ms, is_whole, item.dry_ms)

    def _heard_out(self, items: list[Item]) -> list[Action]:
        """Facts of those that are known to have been heard to their end."""
        ended = [item for item in items if item.is_heard_out and not item.is_house]
        for item in ended:
            item.is_cut = item.dropped > 0  # more came, too late
        return [self._account(item, is_whole=not item.is_cut).last_fact for item in ended]

    # -- time ----------------------------------------------------------------------------------

    def wake(self, now_ms: int) -> list[Action]:
        """Send what had to wait for room, or for an earlier item; without true marks also tell."""
        told = [] if self.has_true_marks else self._heard_out(self._settle(self.position(now_ms)))
        return [*self._pump(now_ms), *told]

    def _arm(self, now_ms: int) -> None:
        self.deadline_ms = None
        if not self._order:
            if not self.has_true_marks and self._segments:
                self.deadline_ms = max(self._fastest.ends_ms, now_ms + 1)
            return
        item = self._order[0]
        if len(item.waiting) >= self._frame:
            self.deadline_ms = now_ms + min(REFILL_MS, max(FRAME_MS, self._lead_limit_ms // 2))
        elif len(self._order) > 1:
            self.deadline_ms = max(item.last_delta_ms + SUCCESSOR_WAIT_MS, now_ms + 1)
