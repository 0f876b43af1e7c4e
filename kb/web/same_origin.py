"""Forms of visitors come from our own pages: asked of the browser, since pages that all share can't carry a token."""

from urllib.parse import urlsplit

from flask import request

from kb.rules.errors import NotAllowed


def require() -> None:
    """Raise NotAllowed for a form that another site has sent.

    Browsers set Sec-Fetch-Site (Fetch Metadata, W3C) or, the older ones, Origin; no page can. Programs send neither,
    and have nobody's cookies to misuse.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    is_ours = site == "same-origin" if site else origin is None or urlsplit(origin).netloc == request.host
    if not is_ours:
        raise NotAllowed("ほかのサイトから送られたため、受け付けませんでした。この画面からもう一度お試しください。")
