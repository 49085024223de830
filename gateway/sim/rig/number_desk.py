"""A simulated carrier's numbers with the real provider at them: what was asked, how long it waited."""

from ...carriers.twilio_numbers import TwilioNumbers
from ..carrier.numbers_rest import NumbersRest
from ..carrier.orders import Fields
from ..carrier.rest_faults import RestFaults
from ..carrier.server import CarrierServer


class NumberDesk:
    """The carrier with a fresh stock and no numbers, and the provider's pauses."""

    def __init__(self, server: CarrierServer) -> None:
        self.settings = server.account.settings
        self.rest = server.rest
        self.rest.numbers = NumbersRest(self.settings.account_sid)
        self.rest.faults = RestFaults()
        self.rest.throttle(0)
        self.rest.requests.clear()
        self.url = f"http://127.0.0.1:{server.port}"
        self.pauses: list[float] = []

    @property
    def numbers(self) -> NumbersRest:
        """What the account owns, and what is on offer."""
        return self.rest.numbers

    def asked(self, method: str) -> list[Fields]:
        """The fields of each request by this method."""
        return [each.fields for each in self.rest.requests if each.method == method]

    def fields(self, sid: str) -> dict[str, str]:
        """Those of a number that is owned."""
        return self.numbers.owned[sid].fields

    def provider(self, token: str | None = None, timeout_s: float = 5.0) -> TwilioNumbers:
        """The real one; its token is the account's, or another one."""
        sid, own_token = self.settings.account_sid, self.settings.auth_token
        return TwilioNumbers(sid, token or own_token, self.url, timeout_s, self.pauses.append)
