"""The blueprint of all pages and of the files they load."""

from flask import Blueprint, Response, request

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
KEPT = "private, max-age=31536000, immutable"

site = Blueprint(
    "pages",
    __name__,
    template_folder="../templates",
    static_folder="../static",
    static_url_path="/static",
)


@site.after_request
def protect(response: Response) -> Response:
    """Let a page load from here only; a file whose address names its version may be kept for good."""
    response.headers["Content-Security-Policy"] = POLICY
    is_file = request.endpoint == "pages.static" and response.status_code in (200, 304)
    if is_file:
        response.headers["Cache-Control"] = KEPT if "v" in request.args else "no-cache"
    return response
