"""Heavy or doubtful work in a process of its own, under limits that the system keeps. Linux.

    made = run("programs.exports.press", data, limits=Limits(cpu=60, wall=300, memory=2**30, output=2**25))

The module holds `main(data: bytes) -> bytes`. Its process has none of our secrets, no open file but its own three, and
dies with us. There it may say how far it is with `report`; whatever else it prints is kept for the log.
"""

import ctypes
import errno
import os
import resource
import select
import signal
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from subprocess import PIPE, Popen
from time import monotonic

ROOT = Path(__file__).resolve().parent.parent
# All that a child is told of our environment.
ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL")
ASK_EVERY = 0.5  # seconds
OPEN_FILES = 64
LINES_KEPT, LINE_LENGTH = 40, 2000
# The exit status of a child that asked for more memory, or wrote more, than it may.
TOO_LARGE = 77
# How libraries in C end when they are refused memory; and how the system ends whom it likes when it has none left.
NO_MEMORY = (signal.SIGABRT, signal.SIGTRAP, signal.SIGSEGV, signal.SIGBUS, signal.SIGKILL)
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Limits:
    cpu: int  # seconds
    wall: float  # seconds
    memory: int  # bytes of address space, some 300 MB above what is ever in use
    output: int  # bytes, of the result and of any file


class ChildFailed(Exception):
    """`tail` is the last that the child printed, with its traceback."""

    def __init__(self, tail: str) -> None:
        super().__init__(tail)
        self.tail = tail


class ChildTooLong(ChildFailed):
    """It used up its seconds."""


class ChildTooLarge(ChildFailed):
    """It asked for more memory than it may, or its result is too large."""


class ChildCancelled(Exception):
    """`cancelled` said so."""


def run(
    module: str,
    data: bytes,
    *,
    limits: Limits,
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> bytes:
    """What `main` of the module makes of the data. `progress` is told percents; `cancelled` is asked twice a second.

    Raises ChildTooLong, ChildTooLarge, ChildFailed and ChildCancelled; in each case nothing of the child is left running.
    """
    tail: deque[str] = deque(maxlen=LINES_KEPT)
    # Files, not pipes: nobody waits for anybody, however large the two are.
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as made:
        given.write(data)
        given.seek(0)
        with Popen(  # noqa: S603 - our own code; the module is named by us
            [sys.executable, "-m", __name__, module, *map(str, (limits.cpu, limits.memory, limits.output, os.getpid()))],
            stdin=given,
            stdout=made,
            stderr=PIPE,
            cwd=ROOT,
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
            start_new_session=True,
        ) as process:
            try:
                for percent in _heard(process, tail, limits.wall, cancelled):
                    if progress:
                        progress(percent)
            finally:
                # Before anybody waits for the child: until then its number, which is that of its group, is not given away.
                os.killpg(process.pid, signal.SIGKILL)
        _check(process.returncode, "\n".join(tail))
        made.seek(0)
        return made.read()


def _heard(process: Popen[bytes], tail: deque[str], seconds: float, cancelled: Callable[[], bool] | None) -> Iterator[int]:
    """The percents that the child reports until it ends; what else it says goes to the tail."""
    assert process.stderr  # noqa: S101 - a pipe
    until = monotonic() + seconds
    ask_at, rest = monotonic(), b""
    poll = select.poll()
    poll.register(process.stderr, select.POLLIN)
    while True:
        if cancelled and monotonic() >= ask_at:
            if cancelled():
                raise ChildCancelled
            ask_at = monotonic() + ASK_EVERY
        if monotonic() >= until:
            raise ChildTooLong("\n".join(tail))
        if not poll.poll(ASK_EVERY * 1000):
            continue
        said = os.read(process.stderr.fileno(), 2**16)
        *lines, rest = (rest + (said or b"\n")).split(b"\n")
        for line in lines:
            word, _, percent = line.partition(b" ")
            if word == b"progress" and percent.isdigit():
                yield int(percent)
            elif line:
                tail.append(line[:LINE_LENGTH].decode(errors="replace"))
        if not said:
            return
        rest = rest[-LINE_LENGTH:]


def _check(status: int, tail: str) -> None:
    if status == -signal.SIGXCPU:
        raise ChildTooLong(tail)
    if status == TOO_LARGE or -status in NO_MEMORY:
        raise ChildTooLarge(tail)
    if status:
        raise ChildFailed(tail)


def report(percent: int) -> None:
    """In a child: how much of the work is done."""
    print(f"progress {percent}", file=sys.stderr, flush=True)


def _main(module: str, *numbers: str) -> None:
    cpu, memory, output, parent = map(int, numbers)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        # It died before we asked to die with it.
        os._exit(1)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What a library prints must not get into the result.
    result, sys.stdout = sys.stdout.buffer, sys.stderr
    try:
        result.write(import_module(module).main(sys.stdin.buffer.read()))
        result.flush()
    except Exception as error:
        # What a library makes of a refusal of memory has many names.
        is_too_large = isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.EFBIG
        if is_too_large or _most_memory() > 0.9 * memory:
            os._exit(TOO_LARGE)
        raise
    # Without this the interpreter tidies up for a second what the system takes back at once.
    os._exit(0)


def _most_memory() -> int:
    """The largest address space that this process has had, in bytes."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmPeak:"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    _main(*sys.argv[1:])
