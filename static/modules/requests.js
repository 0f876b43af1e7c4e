/** The SVs' list as it grows: a row in which somebody writes keeps what they wrote, and tells what has become of it. */

import { isTouched } from "./fields.js";
import { ask } from "./server.js";
import { Poll } from "./waiting.js";

const isBusy = (row) => row.contains(document.activeElement) || [...row.querySelectorAll("form")].some(isTouched);

function merge(list, html) {
  const fresh = document.createElement("ol");
  fresh.innerHTML = html;
  const focused = document.activeElement;
  for (const row of [...list.querySelectorAll("[data-request]")].filter(isBusy)) {
    const now = fresh.querySelector(`[data-request="${row.dataset.request}"]`);
    // It is gone when another one has answered it: what was written stays until its writer has seen that.
    if (!now) {
      fresh.append(row);
      continue;
    }
    row.querySelector("[data-head]").replaceWith(now.querySelector("[data-head]"));
    now.replaceWith(row);
  }
  list.replaceChildren(...fresh.childNodes);
  if (focused?.isConnected) focused.focus({ preventScroll: true });
}

export function follow(list, bar, count) {
  new Poll(bar.dataset.waiting, list.dataset.stamp, () => 4000, async (answer) => {
    await count(bar, answer);
    merge(list, await (await ask(list.dataset.requests)).text());
  });
}
