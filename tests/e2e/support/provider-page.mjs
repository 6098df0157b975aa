import { until } from "./until.mjs";

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
    await this.browser.$("#username").setValue(name);
    await this.browser.$("#password").setValue(password);
    await this.browser.$("button[value=login]").click();
  }

  async cancel() {
    await this.asks();
    await this.browser.$("button[value=deny]").click();
  }

  /** Waits for the question, and answers it. */
  async allow() {
    await this.shows("Allow access?");
    await this.browser.$("button[value=allow]").click();
  }

  async deny() {
    await this.shows("Allow access?");
    await this.browser.$("button[value=deny]").click();
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
    const read = async () => JSON.parse(await this.browser.execute(() => JSON.stringify([location.origin, document.querySelector("h1")?.innerText])));
    await until(this.browser, `the provider shows "${title}"`, read, ([origin, heading]) => origin === this.authorizationUrl && heading === title);
  }
}
