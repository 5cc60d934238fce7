"""Reading the QR codes of a picture as a phone would."""

from typing import Any

import zxingcpp


def read_codes(picture: Any) -> list[str]:
    """Return the texts of the QR codes; a reader of every kind now and then takes a pattern in one for a bar code."""
    return [found.text for found in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)]
