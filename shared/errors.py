"""The five kinds of expected error.

A service subclasses one kind beside the code that raises it and gives it a stable ``code``.
``shared.http`` turns the kind into a status; anything that is not one of these is a bug.
"""


class SiseError(Exception):
    """An expected refusal: ``detail`` is a sentence that says what to do, ``facts`` are safe to show."""

    status = 500
    code = "internal_error"
    keeps_changes = False  # True: the refusal itself is a fact that must be stored (a wrong password is counted)

    def __init__(self, detail: str, **facts: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts


class NotFound(SiseError):
    status = 404
    code = "not_found"


class Conflict(SiseError):
    status = 409
    code = "conflict"


class Refused(SiseError):
    """A rule says no."""

    status = 422
    code = "refused"


class Forbidden(SiseError):
    status = 403
    code = "forbidden"


class Unavailable(SiseError):
    """A neighbour or the database does not answer now; trying again may help."""

    status = 503
    code = "unavailable"


class NotYet(Exception):
    """A message needs something that has not arrived, named by ``key`` (``enterprise:<id>``)."""

    def __init__(self, key: str) -> None:
        super().__init__(f"waiting for {key}")
        self.key = key
