"""The blueprint of all pages and of the files they load."""

from flask import Blueprint, Response

from services.gateway.pages import assets
from shared.http.access import Access, marked

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

site = Blueprint("pages", __name__, template_folder="../templates")


@site.after_request
def protect(response: Response) -> Response:
    """Let a page load from here only."""
    response.headers["Content-Security-Policy"] = POLICY
    return response


site.get("/static/<version>/<path:name>")(marked(assets.asset_file, Access("public_page")))
