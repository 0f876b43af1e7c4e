/** What waits, live: the number in the SVs' bar, and what comes back to an operator in a call. */

import { ask } from "./server.js";
import { announce, tell } from "./toasts.js";

/** Ask an address every so many milliseconds while somebody looks; what is known already is answered with 304. */
export class Poll {
  constructor(url, stamp, every, work) {
    Object.assign(this, { url, stamp, every, work, timer: 0 });
    document.addEventListener("visibilitychange", () => this.ask());
    document.addEventListener("kb:signed-in", () => this.ask());
    this.timer = setTimeout(() => this.ask(), every());
  }

  async ask() {
    clearTimeout(this.timer);
    if (document.hidden) return;
    try {
      const headers = { Accept: "application/json, text/html;q=0.8", "If-None-Match": `"${this.stamp}"` };
      const answer = await fetch(this.url, { headers, credentials: "same-origin" });
      const stamp = answer.headers.get("ETag")?.replaceAll('"', "");
      if (answer.ok && stamp && stamp !== this.stamp) {
        await this.work(answer);
        this.stamp = stamp;
      }
    } catch {
      // The next time may go better; nobody has asked for this one.
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), this.every());
  }
}

/** The number in the bar. */
export async function count(bar, answer) {
  const { waiting } = await answer.json();
  const shown = bar.querySelector("[data-waiting-count]");
  if (waiting > Number(shown.textContent)) announce(bar.dataset.waitingMore);
  shown.textContent = waiting;
  shown.closest(".bar__count").hidden = !waiting;
}

/** The number at the bell. */
async function ring(bell, answer) {
  const { unread } = await answer.json();
  const shown = bell.querySelector("[data-bell-count]");
  if (unread > Number(shown.textContent)) announce(bell.dataset.bellMore);
  shown.textContent = unread;
  shown.parentElement.hidden = !unread;
}

class Answers {
  constructor(place) {
    this.place = place;
    this.list = place.querySelector("ul");
    const every = () => (this.list.children.length ? 4000 : 20_000);
    this.poll = new Poll(place.dataset.answers, place.dataset.stamp, every, (answer) => this.draw(answer));
    document.addEventListener("kb:asked", () => this.poll.ask());
    place.addEventListener("submit", (event) => this.act(event));
    place.addEventListener("click", (event) => this.open(event));
  }

  get here() {
    return [...this.list.querySelectorAll(".is-here")];
  }

  async draw(answer) {
    const before = this.here.map((one) => one.dataset.answer);
    this.list.innerHTML = await answer.text();
    const news = this.here.find((one) => !before.includes(one.dataset.answer));
    if (news) announce(this.place.dataset.here.replace("{line}", news.querySelector("[data-answer-text]")?.textContent ?? ""));
  }

  async act(event) {
    event.preventDefault();
    const fields = new URLSearchParams(new FormData(event.target, event.submitter));
    try {
      await ask(event.target.getAttribute("action"), { fields, insist: true });
      await this.poll.ask();
      document.querySelector('form[data-live] input[name="q"]')?.focus();
    } catch (error) {
      tell(error);
    }
  }

  /** The page that an SV names opens beside the list, and the call goes on. */
  open(event) {
    const link = event.target.closest?.("[data-page-link]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!document.dispatchEvent(new CustomEvent("kb:chosen", { detail: link.href, cancelable: true }))) event.preventDefault();
  }
}

export function init() {
  const place = document.querySelector("[data-answers]");
  if (place) new Answers(place);
  const bell = document.querySelector("[data-bell]");
  if (bell) new Poll(bell.dataset.bell, bell.querySelector("[data-bell-count]").textContent, () => 60_000, (answer) => ring(bell, answer));
  const bar = document.querySelector("[data-waiting]");
  // The queue itself asks more often, in a module of its own: a call should not have to load it.
  if (bar && !document.querySelector("[data-queue]")) new Poll(bar.dataset.waiting, "", () => 15_000, (answer) => count(bar, answer));
}
