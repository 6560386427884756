"""The invitation as a code: what a phone scans to open the page, and to be let in."""

import io

import segno


def qr_svg(url: str) -> bytes:
    """As a picture."""
    picture = io.BytesIO()
    segno.make(url, micro=False).save(picture, kind="svg", border=4, light="#fff", xmldecl=False)
    return picture.getvalue()


def qr_text(url: str) -> str:
    """For a terminal."""
    text = io.StringIO()
    segno.make(url, micro=False).terminal(text, compact=True)
    return text.getvalue()
