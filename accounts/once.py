"""When two POSTs are one letter."""

import hashlib


def token_of(form_token: str, *answers: object) -> str:
    """The same form with the same answers gives the same token.

    Somebody who goes back, mends a mistake and sends the form again is judged anew.
    """
    return hashlib.sha256("\x1f".join([form_token, *map(str, answers)]).encode()).hexdigest()[:32]
