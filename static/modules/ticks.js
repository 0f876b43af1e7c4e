/** Questions to ask, and the steps of a way, become boxes to tick, for the one call in which they are done. */

function tickable(item) {
  if (item.querySelector('input[type="checkbox"]')) return;
  const label = document.createElement("label");
  label.className = "tick";
  const box = Object.assign(document.createElement("input"), { type: "checkbox", autocomplete: "off" });
  const text = document.createElement("span");
  const inner = [...item.childNodes].filter((node) => !["UL", "OL"].includes(node.nodeName));
  item.prepend(label);
  text.append(...inner);
  label.append(box, text);
}

/** Make the lists of this part of the page tickable. */
export function dress(root) {
  const items = root.querySelectorAll("[data-ticks] > :is(ul, ol) > li, [data-steps] > ol > li");
  for (const item of items) tickable(item);
}
