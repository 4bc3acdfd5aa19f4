"""The file of a backup: members that are hashed as they pass, and a manifest at the end, so half a file has none."""

import hashlib
import json
import shutil
import tarfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.core.files.storage import default_storage

from desk.backup.database import Measure
from desk.backup.refusals import IsNoBackup

DATABASE, MEDIA, MANIFEST = "database", "media/", "manifest.json"


@dataclass(frozen=True)
class Manifest:
    release: str
    moment: str  # ISO
    vendor: str
    migrations: list[str]
    tables: dict[str, Measure]
    members: dict[str, str]  # name: SHA-256
    missing: list[str]  # files that the database names and nobody has


class _Hashing:
    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self.sha = stream, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        part = self._stream.read(size)
        self.sha.update(part)
        return part


def write_files(tar: tarfile.TarFile, database: Path, names: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """The hashes of what was written, and which of these files are missing."""
    with database.open("rb") as stream:
        members, missing = {DATABASE: _write(tar, DATABASE, stream, database.stat().st_size)}, []
    for name in names:
        try:
            with default_storage.open(name) as stored:
                members[MEDIA + name] = _write(tar, MEDIA + name, stored, stored.size)
        except FileNotFoundError:
            missing.append(name)
    return members, missing


def write_manifest(tar: tarfile.TarFile, manifest: Manifest) -> None:
    content = json.dumps(asdict(manifest), indent=1).encode()
    info = tarfile.TarInfo(MANIFEST)
    info.size = len(content)
    tar.addfile(info, BytesIO(content))


def unpack(archive: Path, into: Path) -> Manifest:
    """Every member as it was written. Raises IsNoBackup."""
    found: dict[str, str] = {}
    manifest: Manifest | None = None
    try:
        with tarfile.open(archive, "r:") as tar:
            for member in tar:
                stream = tar.extractfile(member)
                if stream is None or ".." in PurePosixPath(member.name).parts or member.name.startswith("/"):
                    raise IsNoBackup(f"it holds {member.name}, which no backup does")
                if member.name == MANIFEST:
                    manifest = _manifest(json.load(stream))
                else:
                    found[member.name] = _unpack(stream, into / member.name)
    except (tarfile.TarError, ValueError, KeyError, TypeError, EOFError) as error:
        raise IsNoBackup("it is cut off or damaged") from error
    if manifest is None:
        raise IsNoBackup("its end is missing")
    if found != manifest.members:
        raise IsNoBackup("what is in it is not what was put into it")
    return manifest


def _write(tar: tarfile.TarFile, name: str, stream: Any, size: int) -> str:
    info, hashing = tarfile.TarInfo(name), _Hashing(stream)
    info.size, info.mode = size, 0o600
    tar.addfile(info, hashing)
    return hashing.sha.hexdigest()


def _unpack(stream: IO[bytes], to: Path) -> str:
    to.parent.mkdir(parents=True, exist_ok=True)
    hashing = _Hashing(stream)
    with to.open("wb") as file:
        shutil.copyfileobj(hashing, file)
    return hashing.sha.hexdigest()


def _manifest(told: dict[str, Any]) -> Manifest:
    return Manifest(**{**told, "tables": {name: (rows, content) for name, (rows, content) in told["tables"].items()}})
