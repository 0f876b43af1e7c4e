/** Tells the server that a page was read or a search settled on, to be counted: no name, no number, no cookie goes along. */

// A search counts once nobody has changed it for this long, or as soon as something that it found is opened.
const SETTLED = 1500;
const KEPT = "kb-seen";

let address = "";

/** What this tab remembers until it is closed: the page read last, and the words that were searched for since. */
function memory() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

function remember(facts) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ ...memory(), ...facts }));
  } catch {
    // A browser that keeps nothing counts less, and shows the same pages.
  }
}

function tell(facts) {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined && value !== "");
  navigator.sendBeacon?.(address, new URLSearchParams(known));
}

/** A page was read; read again in a row (a reload, the way back) it counts once. */
function read(page) {
  const { page: before, words } = memory();
  if (before === page) return;
  tell({ page, before, words });
  remember({ page, words: "" });
}

/** Follow the searches of a list that may be drawn anew while somebody types. */
function follow(place) {
  let timer = 0;
  const found = () => place.querySelector("[data-searched]")?.dataset ?? {};
  const settle = () => {
    clearTimeout(timer);
    const { searched, total } = found();
    if (!searched || memory().settled === searched) return;
    tell({ words: searched, total });
    remember({ settled: searched });
  };
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(settle, SETTLED);
  };
  document.addEventListener("kb:found", wait);
  place.addEventListener("click", (event) => {
    if (!event.target.closest("a")) return;
    settle();
    remember({ words: found().searched ?? "" });
  });
  wait();
}

function begin() {
  const page = document.querySelector("[data-read]")?.dataset.read;
  if (page) read(page);
  const place = document.querySelector("#found");
  if (place) follow(place);
}

export function init() {
  address = document.querySelector("[data-seen]")?.dataset.seen ?? "";
  if (!address) return;
  // A page chosen among the suggestions was found by what had been typed.
  document.addEventListener("kb:chosen", (event) => remember({ words: event.target.querySelector('input[name="q"]')?.value.trim() ?? "" }));
  // A page that was opened behind another one is read when somebody looks at it.
  if (document.visibilityState === "visible") begin();
  else document.addEventListener("visibilitychange", begin, { once: true });
}
