/** What happened in calls and has not reached the server: an entry each in the browser's store, under the person's own name. */

import { word } from "./words.js";

const own = `kb:call:${word("who")}:`;
// A full or forbidden store must not stop a call: then this page alone remembers.
const inMemory = new Map();
let count = 0;

export function random() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function put(name, value) {
  const text = JSON.stringify(value);
  try {
    localStorage.setItem(own + name, text);
  } catch {
    inMemory.set(own + name, text);
  }
}

export function get(name) {
  try {
    return JSON.parse(inMemory.get(own + name) ?? localStorage.getItem(own + name));
  } catch {
    return null;
  }
}

export function remove(name) {
  inMemory.delete(own + name);
  try {
    localStorage.removeItem(own + name);
  } catch {
    // What can't be reached holds nothing.
  }
}

function names() {
  const found = [...inMemory.keys()];
  try {
    found.push(...Object.keys(localStorage));
  } catch {
    // The same.
  }
  return found.filter((name) => name.startsWith(own)).map((name) => name.slice(own.length));
}

/** Write one thing down; each has a place of its own, so that two tabs never write over each other. */
export function add(entry) {
  count += 1;
  put(`log:${String(Date.now()).padStart(15, "0")}:${String(count).padStart(6, "0")}:${random().slice(0, 6)}`, entry);
}

/** All that is not on the server yet, the oldest first. */
export function entries() {
  return names().filter((name) => name.startsWith("log:")).sort().map((name) => ({ ...get(name), name })).filter((one) => one.call);
}

/** Call `work` when another tab of this person has changed something. */
export function watch(work) {
  addEventListener("storage", (event) => {
    if (!event.key || event.key.startsWith(own)) work();
  });
}
