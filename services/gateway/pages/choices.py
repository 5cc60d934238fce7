"""What a browser may choose for itself: language and theme, remembered in cookies for a year."""

from flask import Response, make_response, redirect, request

from services.gateway.pages import language, shell
from services.gateway.pages.access import public_page
from services.gateway.pages.local import local_path
from services.gateway.pages.site import site
from shared.errors import NotFound

YEAR = 365 * 24 * 3600


@site.get("/language/<tag>")
@public_page
def choose_language(tag: str) -> Response:
    """Remember language ``tag`` and go back to where the reader was."""
    return _remember(language.COOKIE, tag, language.NAMES)


@site.get("/theme/<name>")
@public_page
def choose_theme(name: str) -> Response:
    """Remember theme ``name`` and go back to where the reader was."""
    return _remember(shell.THEME_COOKIE, name, shell.THEMES)


def _remember(cookie: str, value: str, known: object) -> Response:
    if value not in known:  # type: ignore[operator]
        raise NotFound("There is no such choice.")
    response = make_response(redirect(local_path(request.args.get("back", "/"))))
    response.set_cookie(cookie, value, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure)
    return response
