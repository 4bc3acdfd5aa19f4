"""What the portal writes to its log: one JSON object a line, without people and without addresses that let somebody in."""

import json
import logging
import re
import traceback
from datetime import UTC, datetime

# A signed link, the receipt of a submission, a link for a new password: what follows is as good as a password.
SECRET_ADDRESS = re.compile(r"(/l/|/przyjeto/|/password/reset/key/)[^\s/?#]+")

EMAIL = re.compile(r"[^\s<>\"'(),;:=]+@[^\s<>\"'(),;:=]+\.[^\s<>\"'(),;:=]+")


class WithoutPeople(logging.Formatter):
    """Of an error, its kind and its place: what it says may quote a row."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "ts": datetime.fromtimestamp(record.created, tz=UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "msg": EMAIL.sub("…@…", str(_cut(_message(record)))),
        }
        if record.exc_info and record.exc_info[1]:
            told["error"] = _kinds(record.exc_info[1])
            told["at"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(record.exc_info[1].__traceback__)]
        return json.dumps(told, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    if isinstance(record.args, dict) and "traceback" in record.args:
        # Celery writes the error into the sentence.
        return f"Task {record.args.get('name')}[{record.args.get('id')}] failed."
    return record.getMessage()


def _kinds(error: BaseException | None) -> list[str]:
    """From the one that was raised to the one it came from."""
    found = []
    while error:
        found.append(type(error).__name__)
        error = error.__cause__ or error.__context__
    return found


class WithoutSecretAddresses(logging.Filter):
    """For handlers, not loggers: what a logger filters, the loggers below it pass by."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _cut(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_cut(value) for value in record.args)
        return True


def _cut(value: object) -> object:
    return SECRET_ADDRESS.sub(r"\1…", value) if isinstance(value, str) else value
