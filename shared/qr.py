"""QR codes of addresses, as pictures to show and to print."""

from io import BytesIO

import segno


def qr_code(address: str, kind: str) -> bytes:
    """Return the QR code of an address as ``svg`` or ``png``; a quarter of it may be dirty or torn."""
    segno.make(address, error="q", micro=False).save(picture := BytesIO(), kind=kind, scale=8, border=4)
    return picture.getvalue()
