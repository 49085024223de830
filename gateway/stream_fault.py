"""Why a media socket was refused."""

from enum import StrEnum


class StreamFault(StrEnum):
    """What can be wrong besides the token; also the label under which refusals are counted."""

    CROWDED = "crowded"
    UNSIGNED = "unsigned"
    LATE = "late"
    NO_START = "no_start"
    BINARY = "binary"
    NO_TOKEN = "no_token"
    FLOODED = "flooded"
    UNKNOWN_CALL = "unknown_call"
    SECOND_STREAM = "second_stream"
    MEDIA_UNSUPPORTED = "media_unsupported"
