"""Who may open a page: everyone, or someone signed in who has the action. Rows are scoped by the API that answers."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Response, make_response, redirect, request, url_for

from services.gateway.pages import shell, viewer
from services.gateway.pages.own_api import SignedOut
from shared.errors import Forbidden
from shared.http.access import Access, marked, require_grant

View = TypeVar("View", bound=Callable[..., Any])


def page(action: str) -> Callable[[View], View]:
    """Let signed-in people with ``action`` open the page; others are sent to sign in or told why not."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            someone = viewer.current()
            if someone is None:
                raise SignedOut("Sign in first.")
            if action not in someone.actions:
                return _elsewhere(someone, action)
            require_grant(someone.principal, action)
            return view(*args, **kwargs)

        return marked(guarded, Access("page", action))  # type: ignore[return-value]

    return decorate


def _elsewhere(someone: viewer.Viewer, action: str) -> Response:
    """Lead from the first page to the first one that this person may open; anywhere else say no.

    Who may do nothing but look after the own account, as with a password that has to be changed, gets there.
    """
    if someone.actions <= {shell.EVERYONE}:
        return make_response(redirect(url_for("pages.own_account")))
    sections = shell.sections(someone)
    if request.path == "/" and sections:
        return make_response(redirect(sections[0]["href"]))
    raise Forbidden("", action=action)


def public_page(view: View) -> View:
    """Let everyone open the page."""
    return marked(view, Access("public_page"))
