import { readChanges, until } from "./until.mjs";

const passwords = { Jessica: "jessica-password", Melissa: "melissa-password" };

/** The pages of the authorization server: sign in, then allow or deny. */
export class ProviderPage {
  constructor(browser, authorizationUrl) {
    this.browser = browser;
    this.authorizationUrl = authorizationUrl;
  }

  /** Waits for the page with the form for name and password. */
  asks() {
    return this.shows("Sign in");
  }

  async signIn(name, password = passwords[name]) {
    await this.asks();
    await this.#send("login", { username: name, password });
  }

  async cancel() {
    await this.asks();
    await this.#send("deny");
  }

  /** Waits for the question, and answers it. */
  async allow() {
    await this.shows("Allow access?");
    await this.#send("allow");
  }

  async deny() {
    await this.shows("Allow access?");
    await this.#send("deny");
  }

  /** All that a user does here who agrees. */
  async agree(name) {
    await this.signIn(name);
    await this.allow();
  }

  /** Waits until it says that name or password are wrong. */
  refuses() {
    return until(this.browser, "the provider refuses", () => this.browser.execute(() => document.querySelector("[role=alert]")?.innerText), Boolean);
  }

  /** Waits for the page with this heading. */
  async shows(title) {
    const read = readChanges(this.browser, () => JSON.stringify([location.origin, document.querySelector("h1")?.innerText]));
    await until(this.browser, `the provider shows "${title}"`, read, ([origin, heading]) => origin === this.authorizationUrl && heading === title);
  }

  /** Sends the form in one step: typing and clicking, as a user does, takes seven, and these pages are not ours. */
  async #send(button, values = {}) {
    await this.browser.execute((button, values) => {
      for (const [name, value] of Object.entries(values)) document.getElementById(name).value = value;
      document.querySelector(`button[value=${button}]`).click();
    }, button, values);
  }
}
