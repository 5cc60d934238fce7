"""The base map below the four colours: images of another server, fetched here, so that its key never leaves."""

from typing import cast

import requests
import structlog
from flask import current_app
from werkzeug.wrappers import Response

from services.gateway.composition import PartCache
from services.gateway.domain.cells import Tile
from services.gateway.settings import Settings
from shared.errors import NotFound, Unavailable
from shared.http import Blueprint
from shared.http.admission import admits
from shared.http.chassis import chassis

EXTENSION = "sise_base_map"
PATIENCE = (2.0, 8.0)  # seconds to connect, seconds between two pieces
LARGEST_IMAGE = 1 << 20
KEPT_BYTES = 32 << 20
KEPT_SECONDS = 7 * 24 * 3600
IMAGES = ("image/png", "image/jpeg", "image/webp")

blp = Blueprint("base_map", __name__, url_prefix="/api/v1/map", description="The base map, when one is set")
log = structlog.get_logger(__name__)


class BaseMapUnset(NotFound):
    code = "base_map_unset"


class BaseMapUnavailable(Unavailable):
    code = "base_map_unavailable"


class BaseMap:
    """Fetches images of the layers in the settings and keeps the latest ones; safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kept = PartCache(KEPT_BYTES)
        self._http = requests.Session()

    def image(self, layer: int, tile: Tile) -> tuple[str, bytes]:
        """Return media type and bytes of one image; raises ``BaseMapUnset`` and ``BaseMapUnavailable``."""
        layers = self._settings.base_map
        if layer >= len(layers) or not tile.is_on_the_map:
            raise BaseMapUnset("There is no such layer: set SISE_BASE_MAP to the addresses of its tiles.")
        kept = self._kept.get((layer, tile))
        if kept is None:
            kept = self._fetched(layers[layer], tile)
            self._kept.put((layer, tile), kept)
        media_type, _, content = kept.partition(b"\n")
        return media_type.decode(), content

    def _fetched(self, template: str, tile: Tile) -> bytes:
        places = {"{z}": tile.z, "{x}": tile.x, "{y}": tile.y, "{key}": self._settings.base_map_key}
        address = template
        for place, value in places.items():
            address = address.replace(place, str(value))
        try:
            with self._http.get(address, timeout=PATIENCE, stream=True, allow_redirects=False) as answer:
                media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
                content = answer.raw.read(LARGEST_IMAGE + 1, decode_content=True) if answer.ok else b""
        except (requests.RequestException, OSError) as problem:
            raise _unavailable(type(problem).__name__) from None  # its text would tell the key
        if not content or media_type not in IMAGES or len(content) > LARGEST_IMAGE:
            raise _unavailable(f"{answer.status_code} {media_type}")
        return media_type.encode() + b"\n" + content


@blp.route("/base/<int:layer>/<int:z>/<int:x>/<int:y>", methods=["GET"])
@admits("map:read")
@blp.response(200, content_type="image/png")
def base_map_tile(layer: int, z: int, x: int, y: int) -> Response:
    """One image of a layer of the base map (``SISE_BASE_MAP``), in the tiles of the Web Mercator projection."""
    base_map = cast(BaseMap, current_app.extensions[EXTENSION])
    media_type, content = base_map.image(layer, Tile(z, x, y))
    response = Response(content, content_type=media_type)
    response.headers["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    return response


def base_map_shown() -> dict[str, object]:
    """Return what a page needs to draw the base map: how many layers, and whom to name."""
    settings = cast(Settings, chassis().settings)
    return {"layers": len(settings.base_map), "credit": settings.base_map_credit if settings.base_map else ""}


def _unavailable(problem: str) -> BaseMapUnavailable:
    log.warning("the base map does not answer", problem=problem)
    return BaseMapUnavailable("The base map does not answer now; everything else on the map is shown.")
