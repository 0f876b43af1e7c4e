/** Show in the text of a page where a passage stands that a story supports. */

import { announce } from "./toasts.js";

const SLACK = /[\s・]/;

/** The text of an element without white space, and for each of its characters where it stands. */
function charted(root) {
  const places = [];
  let text = "";
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.closest("[data-find], rt, script, template")) continue;
    for (let at = 0; at < node.data.length; at += 1) {
      if (SLACK.test(node.data[at])) continue;
      text += node.data[at];
      places.push([node, at]);
    }
  }
  return { text, places };
}

function find(passage) {
  const wanted = [...passage].filter((sign) => !SLACK.test(sign)).join("");
  const { text, places } = charted(document.getElementById("main"));
  const at = wanted ? text.indexOf(wanted) : -1;
  if (at < 0) return null;
  const range = new Range();
  range.setStart(...places[at]);
  const [last, end] = places[at + wanted.length - 1];
  range.setEnd(last, end + 1);
  return range;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-find]");
  if (!button) return;
  const range = find(button.dataset.find);
  if (!range) return;
  for (const one of document.querySelectorAll("[data-find][aria-pressed]")) one.removeAttribute("aria-pressed");
  button.setAttribute("aria-pressed", "true");
  if (globalThis.Highlight && CSS.highlights) CSS.highlights.set("passage", new Highlight(range));
  else getSelection().setBaseAndExtent(range.startContainer, range.startOffset, range.endContainer, range.endOffset);
  range.startContainer.parentElement.scrollIntoView({ block: "center" });
  announce(button.dataset.find);
});
