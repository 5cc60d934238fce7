"""Addresses that a browser may be sent on to."""


def local_path(text: str) -> str:
    """Return ``text`` when it is a path of this site, else the first page; never another site's address."""
    is_local = text.startswith("/") and not text.startswith(("//", "/\\"))
    return text if is_local else "/"
