"""Languages of the pages: Chinese first, English second; the choice is remembered in a cookie."""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, g, request
from flask_babel import Babel
from markupsafe import Markup

COOKIE = "sise_language"
CATALOGUES = Path(__file__).resolve().parent.parent / "translations"
NAMES = {"zh": "中文", "en": "English"}
TAGS = {"zh": "zh-CN", "en": "en"}
DEFAULT = "zh"
PHRASES = 16_384  # more than both catalogues hold


@dataclass(frozen=True, slots=True)
class Language:
    """The language of a page: its HTML tag, and the other one with its own name for itself."""

    code: str
    tag: str
    other: str
    other_name: str


def chosen() -> str:
    """Return the remembered language, else the browser's preferred one, else Chinese."""
    if "language" not in g:
        remembered = request.cookies.get(COOKIE)
        g.language = remembered if remembered in NAMES else request.accept_languages.best_match([*NAMES], DEFAULT)
    code: str = g.language
    return code


def current() -> Language:
    """Return the language of the page being drawn."""
    code = chosen()
    other = next(name for name in NAMES if name != code)
    return Language(code=code, tag=TAGS[code], other=other, other_name=NAMES[other])


class Catalogue(Translations):
    """The phrases of one language, read from the file that people write, so that no built file has to be kept."""

    def _parse(self, fp: Any) -> None:
        phrases = ((one.id, one.string) for one in read_po(fp) if one.string and not one.fuzzy)
        self._catalog = {key: text for key, text in phrases if key and isinstance(key, str) and isinstance(text, str)}


@cache
def read_catalogue(code: str) -> Catalogue:
    """Return the catalogue of language ``code``."""
    with (CATALOGUES / code / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return Catalogue(source)


def phrase(key: str, /, **facts: Any) -> Markup:
    """Return the phrase of ``key`` in the language of the page, filled in with ``facts``, which are escaped.

    A page has hundreds of them, so that they are looked up here without the ways round of the extension for templates.
    """
    return _format(chosen(), key) % facts if facts else _plain(chosen(), key)


@lru_cache(PHRASES)
def _format(code: str, key: str) -> Markup:
    return Markup(read_catalogue(code).gettext(key))  # noqa: S704 - our own words


@lru_cache(PHRASES)
def _plain(code: str, key: str) -> Markup:
    return _format(code, key) % {}  # a phrase is a format also without facts


def register_languages(app: Flask) -> None:
    """Give ``app`` and its templates the catalogues of every language."""
    Babel(
        app,
        default_locale=DEFAULT,
        default_timezone="Asia/Shanghai",
        default_translation_directories=str(CATALOGUES),
        locale_selector=chosen,
    )
    with app.app_context():
        domain = app.extensions["babel"].instance.domain_instance
    domain.cache.update({(code, domain.domain[0]): read_catalogue(code) for code in NAMES})
    app.jinja_env.globals.update(_=phrase, gettext=phrase)
