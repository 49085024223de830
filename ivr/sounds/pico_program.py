"""Speaks once: language as the argument, UTF-8 on standard input, 16 kHz PCM16 on standard output.

A program of its own: in a process that spoke before, the library makes other bytes of the same text.
"""

import sys

VOLUME = 0.3  # at 1.0 it clips


def main() -> None:
    """Any error of the library ends it with a status."""
    from py_nanotts import NanoTTS  # pyright: ignore[reportMissingTypeStubs]

    text = sys.stdin.buffer.read().decode()
    sys.stdout.buffer.write(NanoTTS().speak(text, voice=sys.argv[1], volume=VOLUME))


if __name__ == "__main__":
    main()
