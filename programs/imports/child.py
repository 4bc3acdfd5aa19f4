"""The reader in a limited child process: see programs/child.py."""

import json
from typing import cast

from programs.imports.reader import Tracked, read
from programs.imports.refusals import Unreadable


def main(data: bytes) -> bytes:
    """Takes what to do with tracked changes on a line of its own, then the file; gives what was read, or why it was not."""
    tracked, _line_end, file = data.partition(b"\n")
    try:
        answer = read(file, tracked=cast(Tracked, tracked.decode())).to_json()
    except Unreadable as refused:
        answer = {"reason": refused.reason, "count": refused.count, "place": refused.place}
    return json.dumps(answer).encode()
