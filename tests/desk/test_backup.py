"""A backup is whole or is none; a restore gives back every row and file, and sends nothing that may have left already."""

import hashlib
import json
import os
import resource
import signal
import stat
import subprocess
import sys
import tarfile
import urllib.request
from contextlib import closing
from io import BytesIO
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings

from tests.browser.portal import BIN, answers, eventually, own_database
from tests.chaos.machinery import free_port
from tests.desk.installed import PDF, Site

# Its commands have a database of their own: to be asked on each.
pytestmark = [pytest.mark.own_database, pytest.mark.xdist_group("backup")]


MEASURE = "from desk.backup.database import measure; print(measure())"


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    environment = dict(os.environ)
    with own_database(environment):
        site = Site(tmp_path_factory.mktemp("first"), environment)
        site.settle()
        yield site


@pytest.fixture
def elsewhere(tmp_path):
    environment = dict(os.environ)
    with own_database(environment):
        yield Site(tmp_path / "elsewhere", environment)


@pytest.fixture(scope="module")
def archive(first):
    file = first.folder / "whole.tar"
    first.manage("backup", file)
    return file


def manifest(file: Path) -> dict:
    with tarfile.open(file) as tar:
        return json.load(tar.extractfile("manifest.json"))


def test_a_backup_is_for_its_owner_alone_and_signs_nobody_in(archive):
    told = manifest(archive)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert told["missing"] == []
    assert not {"django_session", "cache"} & told["tables"].keys()
    assert any(name.startswith("media/") for name in told["members"])


def test_restored_elsewhere_it_is_the_same_and_sends_nothing_twice(elsewhere, archive):
    assert "every file are as they were" in elsewhere.manage("restore", archive)
    files = [name for name in manifest(archive)["members"] if name.startswith("media/")]
    assert len(files) == 2
    for name in files:
        assert hashlib.sha256((elsewhere.folder / name).read_bytes()).hexdigest() == manifest(archive)["members"][name]
    states = elsewhere.ask(
        "from accounts.models import Letter; from django.utils.timezone import now; from accounts.sending import sweep;"
        "sweep(at=now()); print(*Letter.objects.values_list('to', 'state'))"
    )
    assert states == "('anna@example.org', 'uncertain')"
    assert list((elsewhere.folder / "mail").glob("*")) == []
    # A link that the lost days gave out names no row that comes now.
    newest = "from accounts.models import Organization as O; print(O.objects.create(name='Nowa').pk)"
    assert int(elsewhere.ask(newest)) > 1_000_000
    elsewhere.manage("check", "--database", "default")


def test_after_a_restore_the_portal_starts_and_shows_its_pages(elsewhere, archive):
    elsewhere.manage("restore", archive)
    elsewhere.manage("collectstatic", "--noinput")
    url = f"http://127.0.0.1:{(port := free_port())}"
    web = [str(BIN / "gunicorn"), "config.wsgi", "--bind", f"127.0.0.1:{port}", "--no-control-socket", "--log-level", "warning"]
    serving = subprocess.Popen(web, env=elsewhere.environment, cwd=settings.BASE_DIR)  # noqa: S603 - our own command
    try:
        eventually(lambda: answers(f"{url}/healthz"), "the web server")
        with urllib.request.urlopen(f"{url}/programy/2027/wersje/1/") as page:  # noqa: S310 - loopback
            assert "zażółć gęślą jaźń" in page.read().decode()
        with urllib.request.urlopen(url + PDF) as file:  # noqa: S310 - loopback
            assert f'"{hashlib.sha256(file.read()).hexdigest()}"' == file.headers["ETag"]
    finally:
        serving.terminate()
        serving.wait(timeout=30)


def test_a_database_with_something_in_it_is_not_overwritten_by_mistake(first, archive):
    first.ask("from accounts.models import Sphere; Sphere.objects.create(label='99', name='Nowa sfera')")
    before = first.ask(MEASURE)
    for options, words in (((), "is not empty"), (("--replace",), "holds what the backup")):
        refused = first.try_to("restore", archive, *options)
        assert refused.returncode != 0
        assert words in refused.stderr
    assert first.ask(MEASURE) == before


def test_what_is_given_up_is_backed_up_first(elsewhere, archive):
    elsewhere.manage("restore", archive)
    elsewhere.ask("from accounts.models import Sphere; Sphere.objects.create(label='99', name='Nowa sfera')")
    elsewhere.manage("restore", archive, "--replace", "--lose-newer")
    (saved,) = (elsewhere.folder / "backups").glob("before-restore-*.tar")
    there = "from accounts.models import Sphere; print(Sphere.objects.filter(name='Nowa sfera').exists())"
    assert elsewhere.ask(there) == "False"
    elsewhere.manage("restore", saved, "--replace", "--lose-newer")
    assert elsewhere.ask(there) == "True"


@pytest.mark.parametrize(
    "kept", [lambda end: 0, lambda end: end // 2, lambda end: end - 1], ids=["none", "half", "all but a byte"]
)
def test_half_a_backup_is_refused(elsewhere, archive, tmp_path, kept):
    with tarfile.open(archive) as tar:
        # The manifest is the last; after it a tar has nothing but zeros, which say nothing.
        end = (last := tar.getmembers()[-1]).offset_data + last.size
    half = tmp_path / "half.tar"
    half.write_bytes(archive.read_bytes()[: kept(end)])
    refused = elsewhere.try_to("restore", half)
    assert refused.returncode != 0
    assert "This is no whole backup" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_one_byte_otherwise_is_refused(elsewhere, archive, tmp_path):
    content = bytearray(archive.read_bytes())
    content[len(content) // 3] ^= 1
    (tmp_path / "bent.tar").write_bytes(content)
    refused = elsewhere.try_to("restore", tmp_path / "bent.tar")
    assert "This is no whole backup" in refused.stderr


def test_a_newer_release_is_refused_by_name(elsewhere, archive, tmp_path):
    newer = tmp_path / "newer.tar"
    with tarfile.open(archive) as old, tarfile.open(newer, "w") as new:
        for member in old:
            content = old.extractfile(member).read()
            if member.name == "manifest.json":
                content = content.replace(b'"accounts.0001_first"', b'"accounts.0001_first", "accounts.9999_later"')
                member.size = len(content)
            new.addfile(member, BytesIO(content))
    refused = elsewhere.try_to("restore", newer)
    assert "newer release: this one does not know accounts.9999_later" in refused.stderr


def test_a_full_disk_leaves_no_half_file(first):
    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    file = first.folder / "too-large.tar"
    refused = first.try_to("backup", file, preexec_fn=small)
    assert refused.returncode != 0
    assert "is full" in refused.stderr
    assert [path.name for path in first.folder.iterdir() if "too-large" in path.name] == []


def test_a_backup_is_never_written_over_another(first, archive):
    refused = first.try_to("backup", archive)
    assert "a backup is never written over another one" in refused.stderr


@pytest.mark.postgresql
def test_a_database_in_use_is_not_replaced(elsewhere, archive):
    with closing(psycopg2.connect(elsewhere.environment["DATABASE_URL"])):
        refused = elsewhere.try_to("restore", archive)
    assert "Stop the web servers, the workers and the scheduler" in refused.stderr


@pytest.mark.postgresql
def test_without_the_tools_of_postgresql_it_says_what_to_install(first):
    without = Site(first.folder, first.environment | {"PATH": "/nowhere"})
    refused = without.try_to("backup", first.folder / "none.tar")
    assert "install PostgreSQL's client" in refused.stderr


BUSY = """
import itertools
from django.utils.timezone import now
from accounts.letters import owe_letter
for n in itertools.count():
    owe_letter(f"anna{n}@example.org", kind="unknown_account", occasion=f"unknown_account:busy:{n}", at=now())
"""


def test_under_load_it_is_of_one_moment(first, elsewhere):
    busy = subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", BUSY],
        env=first.environment,
        cwd=settings.BASE_DIR,
        stderr=subprocess.DEVNULL,
    )
    count = "from accounts.models import Letter; print(Letter.objects.filter(occasion__contains=':busy:').count())"
    try:
        eventually(lambda: int(first.ask(count)) > 20, "the load")
        file = first.folder / "busy.tar"
        first.manage("backup", file)
        eventually(lambda: int(first.ask(count)) > manifest(file)["tables"]["accounts_letter"][0], "load after the backup")
    finally:
        busy.send_signal(signal.SIGKILL)
        busy.wait()
    # The restore compares rows and hashes of every table with what was measured in the backup's own moment.
    elsewhere.manage("restore", file)
    numbers = elsewhere.ask(
        "from accounts.models import Letter;"
        "print(*sorted(int(o.split(':')[2]) for o in Letter.objects.filter(occasion__contains=':busy:')"
        ".values_list('occasion', flat=True)))"
    ).split()
    assert numbers == [str(n) for n in range(len(numbers))]
    assert len(numbers) > 20
