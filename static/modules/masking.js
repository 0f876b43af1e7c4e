/** What the server found in a text that a script has sent: the person chooses here what is masked, and it is sent again. */

import { quiet } from "./typing.js";

let last = Promise.resolve();

function row(pattern, { key, word, value }, times) {
  const line = pattern.content.firstElementChild.cloneNode(true);
  line.querySelector("input").value = key;
  line.querySelector("[data-kind]").textContent = word;
  line.querySelector("[data-value]").textContent = value;
  const count = line.querySelector("[data-times]");
  count.textContent = count.textContent.replace("{n}", times);
  count.hidden = times < 2;
  return line;
}

async function open(findings) {
  const pattern = document.getElementById("masking-pattern");
  // Somebody who is still typing would press its buttons unread.
  await quiet(800);
  const dialog = pattern.content.firstElementChild.cloneNode(true);
  const list = dialog.querySelector("ul");
  const each = Map.groupBy ? Map.groupBy(findings, ({ key }) => key) : new Map(findings.map((one) => [one.key, [one]]));
  for (const same of each.values()) list.append(row(list.querySelector("template"), same[0], same.length));
  document.body.append(dialog);
  const field = document.querySelector(`dialog[open] [name="${findings[0].field}"], main [name="${findings[0].field}"]`);
  return new Promise((done) => {
    dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      dialog.close("save");
    });
    dialog.querySelector("[data-back]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      const mask = [...dialog.querySelectorAll("input:checked")].map((box) => box.value);
      dialog.remove();
      if (dialog.returnValue !== "save") field?.focus();
      done(dialog.returnValue === "save" ? { seen: [...each.keys()], mask } : null);
    });
    dialog.showModal();
    dialog.querySelector("[type=submit]").focus();
  });
}

/** What the person decided on these findings: { seen, mask } as lists of keys; null where they want to write it differently. */
export function decide(findings) {
  if (!document.getElementById("masking-pattern")) return Promise.resolve(null);
  last = last.then(() => open(findings));
  return last;
}

/** The same fields (URLSearchParams or FormData) with the decision in them. */
export function withDecision(fields, { seen, mask }) {
  for (const key of seen) fields.append("personal_seen", key);
  for (const key of mask) fields.append("personal_mask", key);
  return fields;
}
