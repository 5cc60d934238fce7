"""Languages of the pages: Chinese first, English second; the choice is remembered in a cookie."""

from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
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


@cache
def read_catalogue(code: str) -> Translations:
    """Compile the catalogue of language ``code`` in memory, so that no built file has to be kept."""
    with (CATALOGUES / code / "LC_MESSAGES" / "messages.po").open("rb") as source:
        catalogue = read_po(source, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


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
