"""What must not stand in a log: an address that lets somebody in."""

import logging
import re

# A signed link, the receipt of a submission, a link for a new password: what follows is as good as a password.
SECRET_ADDRESS = re.compile(r"(/l/|/przyjeto/|/password/reset/key/)[^\s/?#]+")


class WithoutSecretAddresses(logging.Filter):
    """For handlers, not loggers: what a logger filters, the loggers below it pass by."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _cut(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_cut(value) for value in record.args)
        return True


def _cut(value: object) -> object:
    return SECRET_ADDRESS.sub(r"\1…", value) if isinstance(value, str) else value
