"""The headers of every answer: a strict content policy with a nonce, no sniffing, framing or keeping of staff pages."""

from flask import Flask, Response, g, request

from kb.web import assets, page_cache
from kb.web.house import actor

# Where customers walk; everything else is staff's and is never stored nor indexed by search engines.
PUBLIC = ("faq.", "health.")
HEALTH = ("health.live", "health.ready")
# Pages that are the same for every visitor and change only with the database: these may be kept and given again.
KEPT = {
    "faq.home",
    "faq.page",
    "faq.category",
    "faq.feed",
    "faq.sitemap",
    "faq.sitemap_part",
    "faq.open_search",
    "faq.manifest",
    "faq.robots",
    "faq.accessibility",
}


def nonce() -> str:
    """The word that lets this answer's own scripts run."""
    if "nonce" not in g:
        g.nonce = page_cache.fresh_nonce()
    return str(g.nonce)


def init_app(app: Flask) -> None:
    """Put the headers on every answer."""

    @app.after_request
    def add(response: Response) -> Response:
        endpoint = request.endpoint or ""
        headers = response.headers
        headers.setdefault(
            "Content-Security-Policy",
            f"default-src 'none'; script-src 'nonce-{nonce()}' 'strict-dynamic'; style-src 'self'; img-src 'self'; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'",
        )
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if app.config["KB_SECURE"]:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if endpoint in assets.SHARED:
            return response
        # /health/live must answer without the database, so nobody is looked up for it.
        if not endpoint.startswith(PUBLIC) or (endpoint not in HEALTH and actor().is_staff):
            headers.setdefault("Cache-Control", "private, no-store")
            headers["X-Robots-Tag"] = "noindex"
        else:
            headers.setdefault("Cache-Control", "no-cache")
            if endpoint in KEPT:
                request.environ[page_cache.NONCE] = nonce()
        response.vary.add("Cookie")
        return response
