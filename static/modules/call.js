/** The call as this browser knows it: what happens is written down here first, and sent until the server has it. */

import * as log from "./call_log.js";
import { ask } from "./server.js";
import { tell } from "./toasts.js";
import { calm, quiet } from "./typing.js";
import { word } from "./words.js";

const place = document.querySelector("section[data-call]");
const BATCH = 100;
const SOON = 200;
const LONGEST = 12 * 3_600_000;
const RECENT = 60_000;
const SEARCHED = 1000;
const WAITS = [2000, 5000, 15000, 30000];
// Done once or not at all; a demand is counted as often as it is made.
const ONCE = ["use", "purpose", "ask", "done"];

let skew = 0;
let base = { at: 0, call: null };
let current = null;
let sending = null;
let failures = 0;

/** The server's time: this machine's clock may be wrong. */
export function now() {
  return Date.now() + skew;
}

function stamp() {
  return new Date(now()).toISOString();
}

function same(step, kind, page, words) {
  return step.kind === kind && (step.page ?? null) === (page ? Number(page) : null) && (step.words ?? "") === words;
}

/** The call with one more thing that happened in it. */
function grown(call, { set, step, end, reopen, wrapped }) {
  const next = { ...call, ...set };
  if (step) next.steps = [...call.steps.filter((one) => one.key !== step.key), ...(step.undone ? [] : [step])];
  if (end && call.state === "on") Object.assign(next, { state: "wrap", outcome: end.outcome, ended_at: end.at });
  if (reopen && call.state === "wrap") Object.assign(next, { state: "on", outcome: null, ended_at: null });
  if (wrapped) next.state = "off";
  return next;
}

/** What the server knows, and what it will know once everything is sent. */
function folded() {
  let call = base.call;
  const isOver = (one) => one.state === "on" && now() - Date.parse(one.started_at) > LONGEST;
  if (call && isOver(call)) call = null;
  for (const entry of log.entries()) {
    const isNewer = !call || entry.started_at > call.started_at;
    if (entry.call !== call?.key && !isNewer) continue;
    // Two tabs that began one each mean the same call, until the first has ended.
    if (entry.call !== call?.key && call?.state !== "on") call = { key: entry.call, started_at: entry.started_at, state: "on", steps: [] };
    call = grown(call, entry);
    if (isOver(call)) call = null;
  }
  return call && call.state !== "off" ? call : null;
}

function refresh() {
  const kept = log.get("base");
  if (kept && kept.at > base.at) base = kept;
  current = folded();
  document.dispatchEvent(new CustomEvent("kb:call", { detail: { state: call.state, call: current } }));
}

/** What the server answered is the newest that is known; every tab learns of it. */
function learn(call, at) {
  if (Date.parse(at) < base.at) return;
  base = { at: Date.parse(at), call };
  log.put("base", base);
}

function write(entry, of = current) {
  log.add({ call: of.key, started_at: of.started_at, ...entry });
  refresh();
  sendSoon();
}

/** One message for the oldest call that has something to say. */
function message(all) {
  const first = all[0];
  const made = { who: word("who"), call: first.call, started_at: first.started_at, set: {}, steps: [], end: null, reopen: false, wrapped: false };
  const taken = [];
  for (const entry of all) {
    if (entry.call !== first.call || made.steps.length >= BATCH) break;
    Object.assign(made.set, entry.set);
    if (entry.step) made.steps.push(entry.step);
    if (entry.end) made.end = entry.end;
    if (entry.reopen) Object.assign(made, { end: null, reopen: true });
    if (entry.wrapped) made.wrapped = true;
    taken.push(entry);
  }
  return { fields: new URLSearchParams({ message: JSON.stringify(made) }), taken, made };
}

async function sendOne(all) {
  const { fields, taken, made } = message(all);
  const known = await (await ask(place.dataset.keep, { fields, timeout: 20_000 })).json();
  learn(known.call, known.now);
  for (const entry of taken) log.remove(entry.name);
  // The server put it into a call that was open already, on another machine: what follows belongs there too.
  if (known.key !== made.call) {
    for (const entry of log.entries()) {
      if (entry.call === made.call) log.put(entry.name, { ...entry, call: known.key, started_at: known.started_at });
    }
  }
  if (Object.keys(known.texts).length) document.dispatchEvent(new CustomEvent("kb:masked", { detail: known.texts }));
}

async function sendAll() {
  for (let all = log.entries(); all.length; all = log.entries()) {
    try {
      await sendOne(all);
      failures = 0;
    } catch (error) {
      // What the server will never take must not keep the rest from it.
      if (error.status === 403) tell(error);
      if ([404, 409, 413, 422].includes(error.status)) {
        tell(error);
        for (const entry of message(all).taken) log.remove(entry.name);
        continue;
      }
      setTimeout(sendSoon, WAITS[Math.min(failures, WAITS.length - 1)]);
      failures += 1;
      break;
    }
  }
  refresh();
}

function send() {
  sending ??= sendAll().finally(() => { sending = null; });
  return sending;
}

const sendSoon = calm(SOON, send);

export const call = {
  /** "off", "on", or "wrap" for the work after a call; what is done in "wrap" still belongs to the call. */
  get state() {
    return current?.state ?? "off";
  },
  get isOn() {
    return current?.state === "on";
  },
  /** The key of the call that is on or being wrapped up; empty without one. */
  get key() {
    return current?.key ?? "";
  },
  /** What is known of it: channel, purpose, steps…; null without one. */
  get facts() {
    return current;
  },
  /** How many things the server has not got yet, though it was asked. */
  get unsent() {
    return failures ? log.entries().length : 0;
  },
  /** Begin a call, or add these facts to the one that is on. */
  start(facts = {}) {
    if (!place) return;
    const set = Object.fromEntries(Object.entries(facts).filter(([, value]) => value));
    if (current?.state === "wrap") write({ wrapped: true });
    write({ set }, current ?? { key: log.random(), started_at: stamp() });
  },
  /** Write down what happened; begins a call where none is on. Returns the step's key. */
  step(kind, { page = null, revision = null, words = "", count = null } = {}) {
    if (!place || (ONCE.includes(kind) && call.has(kind, { page, words }))) return "";
    if (!current) call.start();
    const key = log.random();
    const numbers = { page: page ? Number(page) : null, revision: revision ? Number(revision) : null };
    write({ step: { key, kind, at: stamp(), words, count, ...numbers } });
    return key;
  },
  /** Take the last such step back. */
  undo(kind, { page = null, words = "" } = {}) {
    const step = current?.steps.findLast((one) => same(one, kind, page, words));
    if (step) write({ step: { ...step, at: step.at ?? stamp(), undone: true } });
  },
  has(kind, { page = null, words = "" } = {}) {
    return Boolean(current?.steps.some((one) => same(one, kind, page, words)));
  },
  set(field, value) {
    if (!current) call.start();
    if ((current[field] ?? "") !== value) write({ set: { [field]: value } });
  },
  /** End it; without an outcome the reader is asked for one. */
  end(outcome) {
    if (!call.isOn) return;
    if (outcome) write({ end: { outcome, at: stamp() } });
    else document.dispatchEvent(new CustomEvent("kb:ending"));
  },
  reopen() {
    if (current?.state === "wrap") write({ reopen: true });
  },
  /** The work after the call is done. */
  wrap() {
    if (current?.state === "wrap") write({ wrapped: true });
  },
  /** Resolves when the server has everything, or can't be reached: ask for it before sending what names this call. */
  kept() {
    sendSoon.stop();
    return send();
  },
};

/** Searches that somebody settled on, and pages that were looked at. */
class Watch {
  constructor() {
    this.box = document.querySelector('form[data-live] input[name="q"]');
    this.key = "";
    this.last = "";
    this.opened = null;
  }

  /** Another call begins with nothing searched for. */
  turned(key = "") {
    if (key !== this.key) Object.assign(this, { key, last: "", opened: null });
  }

  get words() {
    return this.box?.value.trim() ?? "";
  }

  async found({ sent }) {
    const { words } = this;
    if (!sent) await quiet(SEARCHED);
    if (words === this.words) this.searched();
  }

  searched() {
    const { words } = this;
    // Whoever looks something up for what they write after a call is not talking to the next customer yet.
    if (!words || words === this.last || call.state === "wrap") return;
    const total = document.querySelector("[data-total]")?.dataset.total;
    call.step("search", { words, count: total === undefined ? null : Number(total) });
    this.last = words;
  }

  shown({ page, revision }) {
    this.searched();
    if (!call.isOn || this.opened === Number(page)) return;
    this.opened = Number(page);
    call.step("open", { page, revision });
  }

  listen() {
    document.addEventListener("kb:found", (event) => this.found(event.detail));
    document.addEventListener("kb:opened", (event) => this.shown(event.detail));
    document.addEventListener("kb:call", (event) => this.turned(event.detail.call?.key));
  }
}

/** Somebody came by an address that tells of a call, as telephony opens it; loading it again begins none, and one that is on goes first. */
function arrive(watch) {
  const facts = JSON.parse(place.dataset.arrived || "{}");
  watch.last = current ? watch.words : "";
  if (performance.getEntriesByType("navigation")[0]?.type !== "navigate") return;
  const isNew = Object.entries(facts).some(([name, value]) => current?.[name] !== value);
  if (call.isOn) {
    if (isNew) document.dispatchEvent(new CustomEvent("kb:next", { detail: facts }));
  } else if (isNew || (watch.words && !current)) {
    call.start(facts);
    watch.searched();
  }
}

export function init() {
  if (!place) return;
  const known = JSON.parse(place.dataset.call);
  skew = Date.parse(known.now) - Date.now();
  const kept = log.get("base")?.at ?? 0;
  // Another tab may have heard of something later, but what is hours ahead comes from before a clock was set right.
  if (kept <= Date.parse(known.now) || kept > Date.parse(known.now) + RECENT) learn(known.call, known.now);
  const watch = new Watch();
  watch.listen();
  log.watch(refresh);
  for (const event of ["online", "focus"]) addEventListener(event, () => log.entries().length && sendSoon());
  document.addEventListener("kb:signed-in", sendSoon);
  addEventListener("pagehide", () => {
    const all = log.entries();
    if (!all.length) return;
    const { fields } = message(all);
    fields.set("csrf_token", document.querySelector('input[name="csrf_token"]')?.value ?? "");
    navigator.sendBeacon?.(place.dataset.keep, fields);
  });
  refresh();
  arrive(watch);
  if (log.entries().length) sendSoon();
}
