"""The demo: the real gateway between a simulated carrier and a simulated model, for one call."""

import asyncio
import gc
import logging
import secrets
import sys
from collections.abc import Callable, Generator
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import uvicorn

from ... import logs
from ...loop_clock import loop_ms
from ...server import listen
from ...session import Watcher
from ...settings import Settings, load
from ...wiring import build
from ..carrier.account import AccountSettings, OwnNumber
from ..carrier.call_report import CallReport
from ..carrier.documents import Target
from ..carrier.media_socket import Network
from ..carrier.server import CarrierServer, serve_carrier
from ..house import running
from ..realtime.server import serve_realtime
from ..realtime.settings import RealtimeSettings
from .caller import DemoCaller
from .events import write
from .far_ends import CarrierEar, Reaction
from .figures import Figures, figures
from .log import CallLog
from .refusals import Refusals
from .scene import Played, Scene
from .screen import LIMITS, Screen
from .script import CallerScript
from .sound import write_stereo
from .voices import Progress
from .watcher import GatewayWatcher

Stage = Callable[[Progress], Scene]

HOST = "127.0.0.1"
PUBLIC_URL = "https://demo.voicegate.example"
NUMBER, CALLER_NUMBER = "+15550100001", "+15550100042"
LOG_FILE = "gateway.log"
FILES = {
    "call.wav": "both directions as the phone had them: caller left, agent right",
    "timeline.png": "the call as a picture",
    "timeline.svg": "the same, to zoom in",
    "events.jsonl": "everything that happened, one line each, times in ms",
    LOG_FILE: "the gateway's own log",
}


@dataclass(frozen=True, slots=True)
class Secrets:
    """Thrown away with the process."""

    account_sid: str
    auth_token: str
    api_key: str

    @classmethod
    def draw(cls) -> "Secrets":
        """New ones."""
        return cls(f"AC{secrets.token_hex(16)}", secrets.token_hex(16), secrets.token_urlsafe(24))

    def settings(self, model_port: int, carrier_port: int) -> Settings:
        """The gateway's settings; nothing of this machine's environment takes part."""
        return load(
            {
                "OPENAI_API_KEY": self.api_key,
                "TWILIO_ACCOUNT_SID": self.account_sid,
                "TWILIO_AUTH_TOKEN": self.auth_token,
                "VOICEGATE_METRICS_TOKEN": self.auth_token,
                "VOICEGATE_PUBLIC_URL": PUBLIC_URL,
                "VOICEGATE_OPENAI_URL": f"ws://{HOST}:{model_port}/v1/realtime",
                "VOICEGATE_TWILIO_API_URL": f"http://{HOST}:{carrier_port}",
            },
            None,
        )


class Demo:
    """One demo: `run` plays it, shows it, writes it into `folder`."""

    def __init__(self, folder: Path, *, stays: bool) -> None:
        self._folder = folder
        self._stays = stays
        self._screen = Screen.on_terminal()
        self._secrets = Secrets.draw()
        self._reaction = Reaction()
        self._own_call: GatewayWatcher | None = None  # until the gateway has met it

    def run(self, stage: Stage) -> bool:
        """Whether the call went as it should; `stage` makes the scene, while somebody waits.

        Raises what that raises, and OSError where nothing can be written.
        """
        fastest_loop = uvicorn.Config("", log_config=None).get_loop_factory()
        with self._folder_made():
            self._screen.say(f"One call, in real time: {LIMITS}.")
            scene = stage(self._screen.say)
            with self._logging(), asyncio.Runner(loop_factory=fastest_loop) as runner:
                return runner.run(self._perform(scene))

    @contextmanager
    def _folder_made(self) -> Generator[None, None, None]:
        """It does not stay behind empty if nothing comes of the demo."""
        is_new = not self._folder.exists()
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            yield
        finally:
            if is_new and not any(self._folder.iterdir()):
                self._folder.rmdir()

    @contextmanager
    def _logging(self) -> Generator[None, None, None]:
        """All logs go to a file; the terminal is for the call."""
        with (self._folder / LOG_FILE).open("w", encoding="utf-8") as file:
            logs.configure("info", (self._secrets.auth_token, self._secrets.api_key), file)
            refusals = Refusals(self._screen.say)
            logging.getLogger().addHandler(refusals)
            try:
                yield
            finally:
                logging.getLogger().removeHandler(refusals)
                sys.excepthook = sys.__excepthook__  # the file is about to be closed

    async def _perform(self, scene: Scene) -> bool:
        model = serve_realtime(
            HOST,
            0,
            RealtimeSettings(api_key=self._secrets.api_key),
            scene.brain,
            overhear=self._reaction.model_sends,
        )
        listener = listen(HOST, 0, is_insecure=False)
        port: int = listener.getsockname()[1]
        async with model as brain, self._carrier(port) as carrier:
            settings = self._secrets.settings(brain.port, carrier.port)
            gateway = build(
                settings,
                is_insecure=False,
                watch=self._watch,
                flow=scene.flow,
                messages=self._folder / "voicemail",
            )
            async with running(gateway, listener):
                await _until_ready(port)
                is_fine = await self._show(scene, carrier)
                if self._stays:
                    await self._stay(port, brain.port)
        return is_fine

    def _carrier(self, gateway_port: int) -> AbstractAsyncContextManager[CarrierServer]:
        account = AccountSettings(self._secrets.account_sid, self._secrets.auth_token)
        network = Network(connect_to=(HOST, gateway_port))
        seed = secrets.randbits(32)  # a CallSid of its own each time
        return serve_carrier(HOST, 0, account, network=network, seed=seed)

    def _watch(self, call_id: str) -> Watcher:
        """The demo's own call first, then those that other programs place."""
        own, self._own_call = self._own_call, None
        if own is not None:
            return own
        self._screen.say(f"another call, {call_id} in the log")
        return GatewayWatcher(CallLog(self._screen.line), _now_ms())

    async def _show(self, scene: Scene, carrier: CarrierServer) -> bool:
        log = CallLog(self._screen.line)
        gc.collect()
        gc.freeze()  # no later collection has to look at what is here now
        report = await self._call(carrier, scene.script, log)
        late_ms = 0 if report is None else report.late_ms_max
        answers = log.answers.heard_on(log.agent)
        measured = figures(log.happenings, answers, log.length_ms, late_ms)
        self._screen.measured(measured)
        self._write(log, measured)  # in one go: nobody is calling now
        self._screen.files(self._folder, FILES)
        problems = scene.problems(Played(log.happenings, measured, report, self._folder))
        self._screen.problems(problems)
        return not problems

    async def _call(
        self, carrier: CarrierServer, script: CallerScript, log: CallLog
    ) -> CallReport | None:
        """What the carrier says of the call; None if it did not end in time."""
        zero_ms = carrier.now_ms()
        ear = CarrierEar(carrier, log, self._reaction, zero_ms)
        self._own_call = GatewayWatcher(log, _now_ms())
        log.saw(0, "caller", "dials")
        number = OwnNumber(NUMBER, Target(f"{PUBLIC_URL}/twilio/voice"))
        try:
            async with asyncio.timeout(script.longest_ms() / 1_000):
                return await carrier.place_call(
                    number,
                    CALLER_NUMBER,
                    DemoCaller(script, log, zero_ms),
                    tell=ear.tell,
                    overhear=ear.overhear,
                )
        except TimeoutError:
            return None
        except asyncio.CancelledError:  # Ctrl-C: how the rest is taken down is no news
            log.mute()
            raise

    def _write(self, log: CallLog, measured: Figures) -> None:
        from .pictures import draw  # seconds to load, of no use before

        folder = self._folder
        write(folder / "events.jsonl", log.happenings)
        write_stereo(folder / "call.wav", log.caller, log.agent, measured.length_ms)
        pictures = (folder / "timeline.svg", folder / "timeline.png")
        draw(pictures, measured, log.caller, log.agent, LIMITS)

    async def _stay(self, port: int, model_port: int) -> None:
        self._screen.staying(
            {
                "gateway": f"http://{HOST}:{port}, publicly {PUBLIC_URL}",
                "figures": f"http://{HOST}:{port}/metrics, with the auth token as bearer",
                "model": f"ws://{HOST}:{model_port}/v1/realtime",
            },
            self._another_call(port),
        )
        with suppress(asyncio.CancelledError):  # Ctrl-C
            await asyncio.get_running_loop().create_future()

    def _another_call(self, port: int) -> str:
        return (
            f"voicegate sim carrier --voice-url {PUBLIC_URL}/twilio/voice "
            f"--connect-to {HOST}:{port} --account-sid {self._secrets.account_sid} "
            f"--auth-token {self._secrets.auth_token}"
        )


async def _until_ready(port: int) -> None:
    """As a load balancer asks; the first answer of a process is slower than all others."""
    async with aiohttp.ClientSession() as client:
        await client.get(f"http://{HOST}:{port}/readyz")


def _now_ms() -> int:
    return loop_ms(asyncio.get_running_loop())
