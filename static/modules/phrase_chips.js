/** Wordings as chips that can be taken away one by one; the field of lines behind them stays what is sent and saved. */

import { inConversion } from "./typing.js";
import { word } from "./words.js";

function lines(area) {
  return area.value.split("\n").map((line) => line.trim()).filter(Boolean);
}

class Chips {
  constructor(area) {
    this.area = area;
    this.list = Object.assign(document.createElement("ul"), { className: "phrase-chips" });
    this.input = Object.assign(document.createElement("input"), { className: "input phrase-add", maxLength: 120, autocomplete: "off" });
    // The label, the hint and the list of errors lead to what can be seen.
    this.input.id = area.id;
    area.id += "-lines";
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (area.hasAttribute(name)) this.input.setAttribute(name, area.getAttribute(name));
    }
    this.input.placeholder = area.dataset.chips;
    area.hidden = true;
    area.before(this.list, this.input);
    area.addEventListener("input", () => this.draw());
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) this.remove(Number(button.value));
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || inConversion(event)) return;
      event.preventDefault();
      this.add();
    });
    // Whoever goes on without Enter has written it all the same.
    this.input.addEventListener("change", () => this.add());
    this.draw();
  }

  write(found) {
    this.area.value = found.join("\n");
    this.area.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  add() {
    const said = this.input.value.trim();
    this.input.value = "";
    if (said && !lines(this.area).includes(said)) this.write([...lines(this.area), said]);
  }

  remove(at) {
    this.write(lines(this.area).filter((_line, index) => index !== at));
    const left = this.list.querySelectorAll("button");
    (left[Math.min(at, left.length - 1)] ?? this.input).focus();
  }

  draw() {
    this.list.replaceChildren(...lines(this.area).map((line, at) => {
      const item = document.createElement("li");
      const button = Object.assign(document.createElement("button"), { type: "button", value: at, className: "chip chip--small" });
      button.append(Object.assign(document.createElement("bdi"), { textContent: line }));
      button.append(Object.assign(document.createElement("span"), { textContent: "×", ariaHidden: "true" }));
      button.setAttribute("aria-label", word("takeAway", { name: line }));
      item.append(button);
      return item;
    }));
  }
}

for (const area of document.querySelectorAll("textarea[data-chips]")) new Chips(area);
