"""Why a backup was not made or not put back. For an administrator at a terminal, who reads English."""

from collections.abc import Iterable


class Refused(Exception):
    """Nothing was changed; `str()` says what to do."""


class NoRoom(Refused):
    def __init__(self, folder: object, needed: int | None = None) -> None:
        about = f" About {needed // 1_000_000 + 1} MB are needed." if needed else ""
        super().__init__(f"The disk of {folder} is full.{about} Free some space or name another folder, then try again.")


class CannotWrite(Refused):
    def __init__(self, error: OSError) -> None:
        super().__init__(f"{error.filename}: {error.strerror}. Name a folder in which this user may write.")


class FileIsThere(Refused):
    def __init__(self, file: object) -> None:
        super().__init__(f"{file} exists. Name another file: a backup is never written over another one.")


class ToolIsMissing(Refused):
    def __init__(self, tool: str) -> None:
        super().__init__(f"{tool} is missing: install PostgreSQL's client, on Debian with 'apt-get install postgresql-client'.")


class ToolFailed(Refused):
    def __init__(self, tool: str, said: str) -> None:
        older = "version mismatch" in said or "unsupported version" in said
        what_to_do = (
            "Install the client of the same version as the server, or of a newer one."
            if older
            else "Put right what it complains of, then try again."
        )
        super().__init__(f"{tool} did not finish: {said.strip() or 'it said nothing'}\n{what_to_do}")


class IsNoBackup(Refused):
    def __init__(self, why: str) -> None:
        super().__init__(f"This is no whole backup: {why}. Copy the file anew, or take another backup.")


class IsOfNewerRelease(Refused):
    def __init__(self, unknown: Iterable[str]) -> None:
        super().__init__(
            f"The backup was made by a newer release: this one does not know {', '.join(unknown)}. Install that release first."
        )


class IsOfAnotherKind(Refused):
    def __init__(self, of: str, here: str) -> None:
        super().__init__(f"The backup is of {of}, DATABASE_URL names {here}. Set DATABASE_URL to an empty database of {of}.")


class DatabaseIsInUse(Refused):
    def __init__(self, connections: int) -> None:
        super().__init__(
            f"{connections} others are connected to the database. Stop the web servers, the workers and the scheduler "
            "on every machine first: they would send letters while the portal is put back."
        )


class DatabaseIsNotEmpty(Refused):
    def __init__(self) -> None:
        super().__init__(
            "The database is not empty. Create an empty one and name it in DATABASE_URL, "
            "or add --replace to put the backup in its place; a backup of what is there now is made first."
        )


class DatabaseIsNewer(Refused):
    def __init__(self, tables: Iterable[str], moment: str) -> None:
        super().__init__(
            f"The database holds what the backup of {moment} does not: {', '.join(tables)}. "
            "Use a newer backup, or add --lose-newer to give this up; a backup of it is made first."
        )


class RestoredOtherwise(Refused):
    def __init__(self, tables: Iterable[str]) -> None:
        super().__init__(
            f"What was put back differs from the backup in {', '.join(tables)}, so the database is again as it was. "
            "Check the disk and the version of PostgreSQL, then try again."
        )
