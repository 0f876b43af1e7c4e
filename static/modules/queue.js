/** The queue of the review desk by keys: the next, the previous, open, take, and each decision on the item's own screen; live. */

import { deedOf } from "./keys.js";
import { ask } from "./server.js";
import { tell } from "./toasts.js";
import { calm, hasModifier, inConversion, isTyping } from "./typing.js";
import { Poll, count } from "./waiting.js";

const STEPS = { down: 1, up: -1, ArrowDown: 1, ArrowUp: -1 };
const DECISIONS = ["approve", "return", "duplicate", "merge"];

class Queue {
  constructor(place, side) {
    Object.assign(this, { place, side, asked: 0 });
    this.look = calm(120, () => this.draw());
    document.addEventListener("keydown", (event) => this.press(event));
    place.addEventListener("focusin", (event) => this.choose(event.target.closest("[data-item]")));
    const bar = document.querySelector("[data-waiting]");
    if (bar) new Poll(bar.dataset.waiting, place.dataset.stamp, () => 4000, (answer) => this.grow(bar, answer));
  }

  get rows() {
    return [...this.place.querySelectorAll("[data-item]")];
  }

  get chosen() {
    return this.place.querySelector("[data-item].is-selected");
  }

  choose(row) {
    if (!row || row === this.chosen) return;
    for (const other of this.rows) this.mark(other, other === row);
    this.look();
  }

  mark(row, isChosen) {
    row.classList.toggle("is-selected", isChosen);
    const link = row.querySelector(".t");
    if (isChosen) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }

  move(step) {
    const { rows, chosen } = this;
    const isHere = chosen?.contains(document.activeElement);
    // The first key goes to what is chosen already, as long as nobody stands in the list.
    const next = isHere || step < 0 ? rows[rows.indexOf(chosen) + step] : this.started ? rows[rows.indexOf(chosen) + 1] : chosen;
    this.started = true;
    const row = next ?? chosen;
    row?.querySelector(".t").focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }

  press(event) {
    if (event.defaultPrevented || inConversion(event) || hasModifier(event) || document.querySelector("dialog[open]")) return;
    if (isTyping(event.target)) return;
    const row = this.chosen;
    const deed = deedOf(event) || event.key;
    if (STEPS[deed]) this.move(STEPS[deed]);
    else if (!row) return;
    else if (deed === "Enter" && !event.target.closest("a, button, summary")) row.querySelector(".t").click();
    else if (deed === "take") row.querySelector("[data-hold] button")?.click();
    else if (DECISIONS.includes(deed) && row.dataset[deed]) location.assign(row.dataset[deed]);
    else return;
    event.preventDefault();
  }

  async draw() {
    const key = this.chosen?.dataset.item;
    if (!key) return;
    const turn = ++this.asked;
    const url = new URL(this.place.dataset.sideUrl, location.href);
    url.searchParams.set("item", key);
    try {
      const html = await (await ask(url)).text();
      if (turn === this.asked) this.side.innerHTML = html;
    } catch (error) {
      if (error.status !== 404) tell(error);
    }
  }

  /** Something was asked, taken or answered: the list is drawn anew, and what was chosen stays so. */
  async grow(bar, answer) {
    await count(bar, answer);
    const key = this.chosen?.dataset.item;
    const wasHere = this.chosen?.contains(document.activeElement);
    const html = await (await ask(this.place.dataset.listUrl)).text();
    if (this.place.querySelector("select:focus")) return;
    this.place.innerHTML = html;
    const row = key && document.getElementById(key);
    if (row) for (const other of this.rows) this.mark(other, other === row);
    if (wasHere) (row ?? this.chosen)?.querySelector(".t").focus({ preventScroll: true });
    if (!row) this.draw();
  }
}

const place = document.querySelector("[data-queue]");
if (place) new Queue(place, document.querySelector("[data-queue-side]"));
