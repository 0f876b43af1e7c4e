/** The fields of a form as text, and back. */

/** Everything typed or chosen, in the form's own order; no token, no file, no password. */
export function fieldsOf(form) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    const isSecret = name === "csrf_token" || form.elements[name]?.type === "password";
    if (typeof value === "string" && !isSecret) fields.append(name, value.replaceAll("\r\n", "\n"));
  }
  return fields;
}

/** Whether somebody, or a browser that remembers, has changed what the server sent. */
export function isTouched(form) {
  return [...form.elements].some((field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.tagName === "SELECT") {
      const first = Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
      return field.selectedIndex !== first;
    }
    return "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue;
  });
}

function put(field, value) {
  if (field instanceof RadioNodeList) {
    field.value = value;
  } else if (field.type === "checkbox") {
    field.checked = field.value === value;
  } else if (!["submit", "button", "file", "password"].includes(field.type)) {
    // A script never leaves an empty text where there was one.
    if (field.tagName === "TEXTAREA" && !value.trim() && field.value.trim()) return;
    field.value = value;
  }
}

/** Write kept fields into the form. */
export function fill(form, kept) {
  for (const [name, value] of new URLSearchParams(kept)) {
    const field = form.elements[name];
    if (field && name !== "csrf_token") put(field, value);
  }
  form.dispatchEvent(new InputEvent("input", { bubbles: true }));
  for (const area of form.querySelectorAll("textarea")) area.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
