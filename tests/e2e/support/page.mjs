import { click, type } from "./hands.mjs";
import { readChanges, until } from "./until.mjs";

/** A page of ours, as a user sees and handles it. */
export class Page {
  /** @param readPage runs in the page and gives everything that it shows at one moment, as JSON */
  constructor(browser, readPage) {
    this.browser = browser;
    /** Gives everything that the page shows, for {@link until} once it is another than before. */
    this.read = readChanges(browser, readPage);
  }

  /** The element of this name: a test id, unless the page has another selector for the name. */
  find(name) {
    return this.browser.$(this.selectorOf(name));
  }

  selectorOf(name) {
    return `[data-testid="${name}"]`;
  }

  async press(name) {
    await click(this.browser, this.selectorOf(name));
  }

  /** Types into the form's fields. */
  async fill(values) {
    for (const [name, value] of Object.entries(values)) await type(this.browser, this.selectorOf(`field-${name}`), value);
  }

  /** Types into the form's fields and sends it. */
  async submit(values = {}) {
    await this.fill(values);
    await this.press("submit");
  }

  /** Waits until what the page shows is as wanted, and gives it. */
  until(what, isIt, options) {
    return until(this.browser, what, this.read, isIt, options);
  }

  /** The position of the page navigation, and the names of the choices. */
  async frame() {
    const [navigation, choices] = await this.browser.execute(() => [
      document.querySelector("nav").getBoundingClientRect().toJSON(),
      [...document.querySelectorAll(".choices legend, .choices .switch-label")].map((label) => label.innerText),
    ]);
    return { navigation, choices };
  }
}
