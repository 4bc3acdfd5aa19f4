"""A mail server that has each letter on its disk before it says so: python -m tests.chaos.sink PORT LOG PAUSE."""

import asyncio
import os
import re
import sys
from pathlib import Path

from desk.bench.sink import Sink, serve

MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.MULTILINE | re.IGNORECASE)
PORT, LOG, PAUSE = int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])


class SlowSink(Sink):
    """Half of its pause lies before the letter is on disk, half before the client hears of it: both are moments to die in."""

    def take(self, letter: bytes) -> None:
        asyncio.get_running_loop().call_later(PAUSE / 2, self.note, letter, self.recipient)

    def note(self, letter: bytes, recipient: str) -> None:
        with LOG.open("a") as log:
            print(MESSAGE_ID.search(letter)[1].decode(), recipient, file=log, flush=True)
            os.fsync(log.fileno())
        asyncio.get_running_loop().call_later(PAUSE / 2, self.say, "250 OK")


asyncio.run(serve(PORT, SlowSink))
