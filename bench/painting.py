"""When a visitor sees the largest text of home, search and a page, on a slow processor, and whether anything moves."""

from argparse import ArgumentParser, Namespace
from statistics import median
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bench import pages_served, table
from tests.browser.serving import ARGUMENTS, CHROMIUM

# Counts what the browser itself tells: Largest Contentful Paint and Layout Instability (both W3C drafts).
_WATCH = """
window.seen = { lcp: 0, cls: 0 };
new PerformanceObserver((list) => { for (const one of list.getEntries()) window.seen.lcp = one.startTime; })
  .observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.seen.cls += one.value;
}).observe({ type: "layout-shift", buffered: true });
"""
_TOLD = """
() => ({ ...window.seen,
  fcp: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
  blocking: 1 + performance.getEntriesByType("resource")
    .filter((one) => one.renderBlockingStatus === "blocking").length,
  requests: 1 + performance.getEntriesByType("resource").length })
"""


def painted(browser: Browser, address: str, *, slower: float, width: int) -> dict[str, float]:
    """One visit with nothing kept: times in ms, the shift of the layout, requests in all and before the first text."""
    with browser.new_context(viewport={"width": width, "height": 844}, locale="ja-JP") as context:
        page = context.new_page()
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.add_init_script(_WATCH)
        page.goto(address, wait_until="networkidle")
        # Largest paints are told until somebody acts; what moves late would move in this time.
        page.wait_for_timeout(500)
        told: dict[str, float] = page.evaluate(_TOLD)
        return told


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slower", type=float, default=4.0, help="how many times slower the processor is made")
    parser.add_argument("--widths", default="390,1280", help="pixels, with commas between them")
    parser.add_argument("--address", default="", help="a server that runs already, instead of one with content/")


def run(options: Namespace) -> list[tuple[str, list[dict[str, object]]]]:
    """Visit each screen in turn, round by round."""
    if options.address:
        return [("What visitors see, and when", _visits(options.address, options))]
    port = pages_served.free_port()
    with pages_served.house() as home:
        serve = [pages_served.kb(), "serve", "--port", str(port)]
        with pages_served.running(serve, port, "/health/ready", KB_HOME=str(home), KB_RATE_LIMITS="off"):
            return [("What visitors see, and when", _visits(f"http://127.0.0.1:{port}", options))]


def _visits(address: str, options: Namespace) -> list[dict[str, object]]:
    paths = {"home": "/ja/", "search": "/ja/search?q=届かない", "page": pages_served.paths_of(address)[0]}
    told: dict[tuple[str, int], list[dict[str, Any]]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for number in range(options.rounds):
            for width in map(int, options.widths.split(",")):
                for name, path in paths.items():
                    seen = painted(browser, address + path, slower=options.slower, width=width)
                    told.setdefault((name, width), []).append(seen)
            table.progress("rounds", number + 1, options.rounds)
        browser.close()
    return [
        {
            "screen": name,
            "width": width,
            "processor": f"1/{options.slower:g}",
            "first text ms": round(median(one["fcp"] for one in seen)),
            "LCP ms": round(median(one["lcp"] for one in seen)),
            "LCP ms, worst": round(max(one["lcp"] for one in seen)),
            "CLS, worst": max(one["cls"] for one in seen),
            "requests before text": max(one["blocking"] for one in seen),
            "requests": max(one["requests"] for one in seen),
        }
        for (name, width), seen in told.items()
    ]
