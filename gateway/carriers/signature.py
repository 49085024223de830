"""Is this request Twilio's? Signatures of webhooks and media upgrades, checked in constant time.

Source: Twilio "Security", "Sign webhooks with shared keys" and the behaviour of the `twilio`
package, which the tests compare with.
"""

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlsplit

SIGNATURE_HEADER = "x-twilio-signature"
SETTINGS_HEADER = "x-twilio-webhooks-signature-settings"
FIELD_LIMIT = 500  # Twilio sends about forty

Fields = Sequence[tuple[str, str]]

_LEGACY = "HMAC_SHA1"
_DIGESTS = {_LEGACY: "sha1", "HMAC_SHA256": "sha256"}
_PORT = re.compile(r":\d*$")


class SignatureValidator:
    """Checks requests against the public URL, which is configured and never read from a request.

    Targets are what stood on the request line, path and query, untouched. Headers are looked up
    by their lower-case names. `shared_keys` maps the id of a shared key to its secret.
    """

    def __init__(
        self,
        public_url: str,
        auth_tokens: Sequence[str],
        shared_keys: Mapping[str, str] | None = None,
    ) -> None:
        secrets = [*auth_tokens, *(shared_keys or {}).values()]
        if not secrets or not all(secrets):
            raise ValueError("no auth token, or an empty one, with which anybody could sign")
        scheme, places = _places(public_url)
        self._webhook_bases = [f"{scheme}://{place}" for place in places]
        self._media_bases = [f"wss://{place}" for place in places]
        self._auth_keys = [token.encode() for token in auth_tokens]
        self._shared_keys = {name: key.encode() for name, key in (shared_keys or {}).items()}

    def is_signed_get(self, target: str, headers: Mapping[str, str]) -> bool:
        """Whether Twilio asked for `target`, in whose query all fields are."""
        return self._is_signed([base + target for base in self._webhook_bases], "", headers)

    def is_signed_form(self, target: str, fields: Fields, headers: Mapping[str, str]) -> bool:
        """Whether Twilio posted these fields: all that came, blank, repeated or unknown."""
        signed = "".join(name + value for name, value in sorted(set(fields)))
        return self._is_signed([base + target for base in self._webhook_bases], signed, headers)

    def is_signed_json(self, target: str, body: bytes, headers: Mapping[str, str]) -> bool:
        """Whether Twilio posted this body; its digest stands in the signed query."""
        digest = hashlib.sha256(body).hexdigest()
        return _is_same(_body_digest(target), digest) and self.is_signed_get(target, headers)

    def is_signed_upgrade(self, target: str, headers: Mapping[str, str]) -> bool:
        """Whether Twilio asked for this WebSocket: `wss` only, with or without a trailing slash."""
        urls = [base + target for base in self._media_bases]
        if "?" not in target and not target.endswith("/"):
            urls += [url + "/" for url in urls]
        return self._is_signed(urls, "", headers)

    def _is_signed(self, urls: list[str], signed: str, headers: Mapping[str, str]) -> bool:
        keys, digest = self._keys(headers.get(SETTINGS_HEADER, ""))
        given = headers.get(SIGNATURE_HEADER, "")
        return any(
            _is_same(given, _sign(key, digest, url + signed)) for key in keys for url in urls
        )

    def _keys(self, signature_settings: str) -> tuple[list[bytes], str]:
        """The keys which may have signed, and the digest; no key where either is unknown to us."""
        key_id, algorithm = parse_settings(signature_settings)
        digest = _DIGESTS.get(algorithm.upper() or _LEGACY)
        if digest is None:
            return [], ""
        if not (key_id and algorithm):
            return self._auth_keys, digest
        shared = self._shared_keys.get(key_id)
        return [shared] if shared else [], digest


def form_fields(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form as Twilio signs them: decoded, blanks kept, in the order they came.

    Raises ValueError for more than FIELD_LIMIT fields: such a form is not Twilio's.
    """
    text = body.decode("utf-8", "replace")
    return parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=FIELD_LIMIT)


def parse_settings(header: str) -> tuple[str, str]:
    """Key id and algorithm from `key=…,algorithm=…`; "" for what is not there."""
    named = {"key": "", "algorithm": ""}
    for part in header.split(","):
        name, _, value = (word.strip() for word in part.partition("="))
        if named.get(name) == "":  # the first one counts
            named[name] = value
    return named["key"], named["algorithm"]


def _places(public_url: str) -> tuple[str, list[str]]:
    """Scheme, then host and path as Twilio may sign them: without the port, and with it."""
    parts = urlsplit(public_url)
    host = parts.netloc.rpartition("@")[2]
    hosts = dict.fromkeys((_PORT.sub("", host), host))
    return parts.scheme, [name + parts.path.rstrip("/") for name in hosts]


def _body_digest(target: str) -> str:
    query = target.partition("?")[2]
    digests = [value for name, value in parse_qsl(query) if name == "bodySHA256"]
    return digests[0] if len(digests) == 1 else ""


def _sign(key: bytes, digest: str, text: str) -> str:
    return b64encode(hmac.digest(key, text.encode("utf-8", "surrogatepass"), digest)).decode()


def _is_same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode())
