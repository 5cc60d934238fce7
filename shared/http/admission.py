"""Routes that ask other services or open several short transactions: nothing is open while they wait."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from shared.http.access import Access, marked, reads
from shared.http.fields import only_granted

View = TypeVar("View", bound=Callable[..., Any])


def admits(action: str) -> Callable[[View], View]:
    """Let principals with ``action`` in, and call the view without a session: it opens what it needs.

    Token, action and deny list are checked as by ``reads``, in a transaction that has ended before the view runs.
    """
    admit = cast(Callable[[], None], reads(action)(_nothing))

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            admit()
            return only_granted(view(*args, **kwargs))

        return marked(guarded, Access("admits", action))  # type: ignore[return-value]

    return decorate


def _nothing(_session: Any) -> None:
    """The admission itself is all that ``reads`` is asked for."""
