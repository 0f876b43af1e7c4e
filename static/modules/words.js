/** Words for people stand in the page, where they are translated: <template id="words" data-…>. */

const kept = document.getElementById("words")?.dataset ?? {};

/** The sentence of that name, its {places} filled. */
export function word(name, places = {}) {
  return (kept[name] ?? "").replace(/\{(\w+)\}/g, (whole, place) => places[place] ?? whole);
}

/** A count as the reader's language writes it: 1,234. */
export function counted(number) {
  return number.toLocaleString(document.documentElement.lang || undefined);
}
