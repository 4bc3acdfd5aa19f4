"""Work in a child: what comes back, what stops it, what it can see. The child of these tests is this file: see `main`."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from programs.child import ENVIRONMENT, ROOT, ChildCancelled, ChildFailed, ChildTooLarge, ChildTooLong, Limits, report, run

MB = 2**20
ROOMY = Limits(cpu=20, wall=60, memory=1024 * MB, output=64 * MB)


def main(data: bytes) -> bytes:
    """In the child: does what the first line says."""
    what, _, rest = data.partition(b"\n")
    return globals()[f"child_{what.decode()}"](rest)


def child_echo(data):
    return data


def child_count(_data):
    for percent in (10, 50, 50, 100):
        report(percent)
    print("progress of another kind", file=sys.stderr)
    print("on stdout")
    return b"counted"


def child_chatter(data):
    for _ in range(20_000):
        print("x" * 100, file=sys.stderr)
    sys.stderr.write("y" * 5_000_000)
    return data


def child_fail(_data):
    print("before it failed")
    raise ValueError("zażółć")


def child_leave(_data):
    os._exit(3)


def child_hog(_data):
    return b"x" * 2 * ROOMY.memory


def child_write(data):
    return b"x" * int(data)


def child_spin(_data):
    while True:
        pass


def child_sleep(data):
    """Tells its process and one that it started, then does nothing for a minute."""
    nested = subprocess.Popen(["sleep", "60"])  # noqa: S607 - a program of the system
    Path(data.decode()).write_text(f"{os.getpid()} {nested.pid}")
    report(1)
    time.sleep(60)
    return b""


def child_look(_data):
    kinds = ("RLIMIT_CPU", "RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE")
    seen = {
        "environment": dict(os.environ),
        "files": sorted(os.listdir("/proc/self/fd")),
        "limits": {kind: resource.getrlimit(getattr(resource, kind))[0] for kind in kinds},
        "leads": os.getpgid(0) == os.getsid(0) == os.getpid(),
        "django": "django" in sys.modules,
    }
    return json.dumps(seen).encode()


def told(what: str, data: bytes = b"", limits: Limits = ROOMY, **options) -> bytes:
    return run(__name__, what.encode() + b"\n" + data, limits=limits, **options)


def is_gone(pid: int) -> bool:
    """Whether a process ends within the next seconds; one that nobody has waited for counts as ended."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("size", [0, 1, 20 * MB])
def test_what_goes_in_comes_out_however_large(size):
    data = os.urandom(size)
    assert told("echo", data) == data


def test_progress_is_told_and_nothing_that_is_printed_gets_into_the_result():
    percents = []
    assert told("count", progress=percents.append) == b"counted"
    assert percents == [10, 50, 50, 100]


def test_a_child_that_talks_without_end_holds_up_nobody():
    data = os.urandom(5 * MB)
    assert told("chatter", data) == data


def test_a_failure_brings_the_last_words_of_the_child():
    with pytest.raises(ChildFailed) as failure:
        told("fail")
    assert type(failure.value) is ChildFailed
    assert failure.value.tail.startswith("before it failed\nTraceback")
    assert failure.value.tail.endswith("ValueError: zażółć")


def test_the_words_that_are_kept_have_an_end():
    with pytest.raises(ChildFailed) as failure:
        told("chatter", b"too large", limits=Limits(cpu=20, wall=60, memory=1024 * MB, output=0))
    assert len(failure.value.tail) < 100_000


def test_a_module_that_is_not_there_is_a_failure():
    with pytest.raises(ChildFailed, match="No module named"):
        run("programs.exports.nothing", b"", limits=ROOMY)


def test_a_child_that_leaves_without_a_word_has_failed():
    with pytest.raises(ChildFailed) as failure:
        told("leave")
    assert (type(failure.value), failure.value.tail) == (ChildFailed, "")


def test_a_child_over_its_memory_is_named():
    with pytest.raises(ChildTooLarge):
        told("hog")


@pytest.mark.parametrize(("size", "fits"), [(MB, True), (MB + 1, False)])
def test_a_result_may_have_so_many_bytes_and_no_more(size, fits):
    limits = Limits(cpu=20, wall=60, memory=1024 * MB, output=MB)
    if fits:
        assert len(told("write", b"%d" % size, limits=limits)) == size
    else:
        with pytest.raises(ChildTooLarge):
            told("write", b"%d" % size, limits=limits)


def test_a_child_over_its_seconds_of_work_is_named():
    with pytest.raises(ChildTooLong):
        told("spin", limits=Limits(cpu=1, wall=60, memory=1024 * MB, output=MB))


def test_a_child_over_its_seconds_by_the_clock_is_killed_with_all_that_it_started(tmp_path):
    pids = tmp_path / "pids"
    with pytest.raises(ChildTooLong):
        told("sleep", str(pids).encode(), limits=Limits(cpu=20, wall=3, memory=1024 * MB, output=MB))
    assert all(is_gone(int(pid)) for pid in pids.read_text().split())


def test_a_cancelled_child_is_killed_with_all_that_it_started(tmp_path):
    pids = tmp_path / "pids"
    with pytest.raises(ChildCancelled):
        told("sleep", str(pids).encode(), cancelled=pids.exists)
    assert all(is_gone(int(pid)) for pid in pids.read_text().split())


def test_a_busy_child_is_asked_about_too():
    asked = []
    with pytest.raises(ChildCancelled):
        told("spin", cancelled=lambda: asked.append(None) or len(asked) == 3)


def test_a_listener_that_fails_leaves_no_child_behind(tmp_path):
    pids = tmp_path / "pids"

    def listener(percent):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        told("sleep", str(pids).encode(), progress=listener)
    assert all(is_gone(int(pid)) for pid in pids.read_text().split())


def test_a_child_dies_with_its_parent(tmp_path):
    pids = tmp_path / "pids"
    code = f"from tests.programs.test_child import told; told('sleep', {str(pids).encode()!r})"
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)  # noqa: S603 - our own code
    while parent.poll() is None and not (pids.exists() and pids.read_text()):
        time.sleep(0.05)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    child, nested = map(int, pids.read_text().split())
    assert is_gone(child)
    os.kill(nested, signal.SIGKILL)


def test_a_child_sees_no_secret_no_file_of_ours_and_its_limits(monkeypatch):
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "PYTHONPATH", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.setenv(name, "tajne")
    with Path(__file__).open() as ours:
        os.set_inheritable(ours.fileno(), True)
        seen = json.loads(told("look"))
    # The interpreter may set LC_CTYPE itself where no language is named.
    assert set(seen["environment"]) - {"LC_CTYPE"} == {name for name in ENVIRONMENT if name in os.environ}
    assert "tajne" not in seen["environment"].values()
    # Its three, and the listing of them.
    assert seen["files"] == ["0", "1", "2", "3"]
    assert seen["limits"] == {
        "RLIMIT_CPU": 20,
        "RLIMIT_AS": 1024 * MB,
        "RLIMIT_FSIZE": 64 * MB,
        "RLIMIT_NOFILE": 64,
        "RLIMIT_CORE": 0,
    }
    assert seen["leads"] is True
    assert seen["django"] is False
