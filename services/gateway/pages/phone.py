"""What phones need that lose their connection: the worker that keeps pages, and who is signed in."""

import json
from typing import Any

from flask import Response, jsonify, render_template

from services.gateway.pages import viewer
from services.gateway.pages.access import public_page
from services.gateway.pages.assets import STATIC, asset, release
from services.gateway.pages.site import site
from shared.http.problems import problem

KEPT = ("css/*.css", "js/*.js", "brand.svg", "vendor/tabler.min.css", "vendor/htmx.min.js", "vendor/icons.svg")


@site.get("/phone-worker.js")
@public_page
def phone_worker() -> Response:
    """Answer the worker with its release and the files that it keeps; a new release is another worker."""
    addresses = [asset(path.relative_to(STATIC).as_posix()) for part in KEPT for path in sorted(STATIC.glob(part))]
    head = f"const RELEASE = {json.dumps(release())};\nconst ASSETS = {json.dumps(addresses)};\n"
    head += f"import {{ sendAll }} from {json.dumps(asset('js/phone_sender.js'))};\n"
    text = head + (STATIC / "js" / "phone_worker.js").read_text("utf-8")
    return Response(text, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


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
