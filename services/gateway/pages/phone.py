"""What phones need that lose their connection: the worker that keeps pages, and who is signed in."""

import json
import re
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

from flask import Response, jsonify, render_template

from services.gateway.pages import viewer
from services.gateway.pages.access import public_page
from services.gateway.pages.assets import STATIC, asset, release
from services.gateway.pages.site import site
from shared.http.problems import problem

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
ON_SITE = ("base.html", "header.html", "tabs.html", "macros.html", "phone/*", "surveys/*", "tasks/*", "visits/*")
NAMED = re.compile(r"'([\w./-]+\.(?:css|js|svg))'")
IMPORTED = re.compile(r"""(?:from|import) ?\(?"(\.[^"]+)""")


@site.get("/phone-worker.js")
@public_page
def phone_worker() -> Response:
    """Answer the worker with its release and the files that it keeps; a new release is another worker."""
    head = f"const RELEASE = {json.dumps(release())};\nconst ASSETS = {json.dumps([asset(name) for name in kept()])};\n"
    head += f"import {{ sendAll }} from {json.dumps(asset('js/phone_sender.js'))};\n"
    text = head + (STATIC / "js" / "phone_worker.js").read_text("utf-8")
    return Response(text, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


@cache
def kept() -> tuple[str, ...]:
    """Return the files that pages for work on site load: what their templates name, and what the scripts import."""
    texts = [path.read_text("utf-8") for part in ON_SITE for path in TEMPLATES.glob(part)]
    waiting, found = [name for text in texts for name in NAMED.findall(text)], set[str]()
    while waiting:
        name = waiting.pop()
        if name not in found and name.endswith(".js"):
            imported = IMPORTED.findall((STATIC / name).read_text("utf-8"))
            waiting += [normpath(join(dirname(name), one)) for one in imported]
        found.add(name)
    return tuple(sorted(found))


@site.get("/phone/session")
@public_page
def phone_session() -> Any:
    """Say who is signed in, and the token that every write must bring back."""
    someone = viewer.current()
    if someone is None:
        return problem(401, code="signed_out", detail="Sign in first.")
    return jsonify({"person": someone.person, "csrf_token": someone.csrf_token})


@site.get("/phone/offline")
@public_page
def phone_offline() -> str:
    """Draw the page that a phone shows instead of one that it has not kept."""
    return render_template("phone/offline.html")
