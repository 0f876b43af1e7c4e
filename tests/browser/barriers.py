"""What could keep somebody from using a screen: axe's rules, small targets, text that runs off the side, movement."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
CONTRAST = {"type": "rule", "values": ["color-contrast"]}

# Fields, buttons and links that look like buttons: 44 pixels; links in lists 24 (WCAG 2.5.8); in a sentence none.
TARGETS = """() => {
  const found = [];
  // What lies under an open dialog or menu can be hit once that is closed, and is measured then.
  const dialog = document.querySelector("dialog[open], details.menu[open]");
  const kinds = "a[href], button, summary, input:not([type=hidden]), select, textarea, [role=option]";
  const all = [...document.querySelectorAll(kinds)].filter((one) => one.checkVisibility({ visibilityProperty: true }));
  const away = (one, x, y) => {
    const box = one.getBoundingClientRect();
    return Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));
  };
  for (const one of all) {
    const target = one.matches("[type=checkbox], [type=radio]") ? one.closest("label") ?? one : one;
    if (!target.checkVisibility({ visibilityProperty: true }) || (dialog && !dialog.contains(one))) continue;
    if (one.disabled || one.closest(".sr, .skip, .prose, [inert]")) continue;
    const said = target.textContent.trim();
    const style = getComputedStyle(target);
    const isInSentence = style.display === "inline" && target.parentElement.textContent.trim().length > said.length + 4;
    if (one.localName === "a" && isInSentence) continue;
    const button = "[class*=btn], [class*=chip], .tile, .tab, nav a:not(.crumbs a), .menu a";
    const isText = one.localName === "a" && !one.matches(button);
    const least = isText ? 24 : 44;
    target.scrollIntoView({ block: "center", inline: "nearest" });
    const box = target.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    const [x, y, r] = [box.x + box.width / 2, box.y + box.height / 2, least / 2 - 0.6];
    // What lies over a link may belong to it, and make it larger than its words.
    const reaches = (dx, dy) => target.contains(document.elementFromPoint(x + dx, y + dy));
    const isWide = box.width >= least - 0.5 || (reaches(-r, 0) && reaches(r, 0));
    const isHigh = box.height >= least - 0.5 || (reaches(0, -r) && reaches(0, r));
    // A link too small by itself will do where no other target is within 12 pixels of its middle.
    const isAlone = isText && all.every((other) => other === one || target.contains(other) || away(other, x, y) >= 12);
    const size = `${Math.round(box.width)}x${Math.round(box.height)} of ${least}`;
    if ((!isWide || !isHigh) && !isAlone) found.push(`${size}: ${one.outerHTML.replace(/\\s+/g, " ").slice(0, 90)}`);
  }
  scrollTo(0, 0);
  return [...new Set(found)];
}"""

SIDEWAYS = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const scrolls = (one) => one && one !== document.body && one !== document.documentElement &&
    (getComputedStyle(one).overflowX !== "visible" || scrolls(one.parentElement));
  return [...document.body.querySelectorAll("*")]
    .filter((one) => one.getBoundingClientRect().right > width + 1 && !scrolls(one.parentElement))
    .map((one) => `${Math.round(one.getBoundingClientRect().right)} of ${width}: ${one.outerHTML.slice(0, 90)}`)
    .slice(0, 5).concat("the screen scrolls sideways").slice(0, 5);
}"""

MOVING = """() => document.getAnimations().map((one) => one.effect.target?.outerHTML.slice(0, 90) ?? "something")"""

# Of what lies half under an open menu or the edge of its pane, only its size there is left out: the menu can be closed,
# and the pane be scrolled.
AXE = """async (options) => {
  const { violations } = await axe.run(document, options);
  const menu = document.querySelector("details.menu[open]");
  const isCut = (one) => {
    const box = one.getBoundingClientRect();
    for (let pane = one.parentElement; pane; pane = pane.parentElement) {
      if (pane.scrollHeight <= pane.clientHeight || getComputedStyle(pane).overflowY === "visible") continue;
      const edge = pane.getBoundingClientRect();
      return box.top < edge.top || box.bottom > edge.bottom;
    }
    return false;
  };
  for (const one of violations) {
    if (one.id !== "target-size") continue;
    const places = (node) => document.querySelector(node.target[0]);
    one.nodes = one.nodes.filter((node) => (!menu || menu.contains(places(node))) && !isCut(places(node)));
  }
  return violations.filter((one) => one.nodes.length);
}"""


def by_axe(page: Page, only: dict[str, Any] = WCAG) -> list[str]:
    """The violations that axe finds: rule and first place."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(AXE, {"runOnly": only, "resultTypes": ["violations"]})
    return [f"{one['id']} ×{len(one['nodes'])}: {one['nodes'][0]['html'][:160]}" for one in found]


def small_targets(page: Page) -> list[str]:
    """What a finger would miss on this screen."""
    return list(page.evaluate(TARGETS))


def sideways(page: Page) -> list[str]:
    """What runs off the side of the screen, so that one would have to scroll to read each line."""
    return list(page.evaluate(SIDEWAYS))


def moving(page: Page) -> list[str]:
    """What is being animated just now."""
    return list(page.evaluate(MOVING))
