/** Start the parts of a page one after the other. */

/** Each part has an `init`; one that fails must not take the others with it. */
export function start(parts) {
  document.documentElement.classList.add("js");
  for (const part of parts) {
    try {
      part.init();
    } catch (error) {
      console.error(error);
    }
  }
}
