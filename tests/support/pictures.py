"""Pictures as phones send them."""

import io

from PIL import Image, ImageDraw


def picture() -> bytes:
    """Return a drawn signature."""
    image = Image.new("RGBA", (300, 120))
    ImageDraw.Draw(image).line([(20, 80), (120, 20), (180, 100), (280, 30)], fill=(0, 0, 0, 255), width=5)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


PICTURE = picture()
