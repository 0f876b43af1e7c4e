/** Who is typing, and whether a Japanese conversion is going on; no key may act in the middle of one. */

let composing = false;
let lastKey = -Infinity;

document.addEventListener("compositionstart", () => { composing = true; }, true);
document.addEventListener("compositionend", () => { composing = false; lastKey = performance.now(); }, true);
document.addEventListener("keydown", () => { lastKey = performance.now(); }, true);

const TEXT = 'textarea, select, [contenteditable=""], [contenteditable="true"], ' +
  'input:not([type="checkbox"], [type="radio"], [type="button"], [type="submit"], [type="reset"], [type="file"])';

/** Whether this key belongs to a conversion; Safari ends the composition before the Enter that confirms it. */
export function inConversion(event) {
  return event.isComposing || event.keyCode === 229;
}

/** Whether a letter pressed here would be written into something. */
export function isTyping(target) {
  return target instanceof Element && target.matches(TEXT);
}

export function hasModifier(event) {
  return event.ctrlKey || event.metaKey || event.altKey;
}

/** Resolves when nobody has pressed a key for `ms` milliseconds and nothing is being converted. */
export async function quiet(ms) {
  for (;;) {
    const left = composing ? ms : lastKey + ms - performance.now();
    if (left <= 0) return;
    await new Promise((done) => setTimeout(done, Math.max(left, 50)));
  }
}

/** A function that runs `work` once nobody has called it for `ms` milliseconds; `.stop()` forgets a waiting call. */
export function calm(ms, work) {
  let timer = 0;
  const wait = (...given) => {
    clearTimeout(timer);
    timer = setTimeout(work, ms, ...given);
  };
  wait.stop = () => clearTimeout(timer);
  return wait;
}
