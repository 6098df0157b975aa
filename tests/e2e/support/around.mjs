import { aroundPage } from "./around-page.mjs";
import { engine } from "./engines.mjs";
import { until } from "./until.mjs";

/** Of a name that cannot be found, which no resolver has to be asked for: no part of a name may be that long. */
const nowhere = `http://${"x".repeat(64)}.invalid`;

/** WebKit's driver ends a script after 30 seconds by the page's clock. */
const STEP_MS = 20_000;

/** What is around the pages opened from now on, in a test's hands: clock, network, and whether anybody looks. Clocks go on until they are held. */
export class Around {
  #context;
  #undo;

  /**
   * @param context of a test, see scenarios.mjs.
   * @param atCallback what is so from the start on a callback page: `isHeld`, and `lost` as for {@link lose}.
   */
  constructor(context, { isHeld = false, lost } = {}) {
    const { front } = context;
    this.#context = context;
    this.#undo = [front.inPages(aroundPage, { nowhere, atCallback: { isHeld, lost: plain(lost) } }), front.allow(nowhere)];
  }

  /** Requests of the page of this window to the platform, oldest first, as `GET /api/v3/toolkits`. */
  async asked() {
    return JSON.parse(await this.#inPage(() => JSON.stringify(globalThis.e2eAround.asked)));
  }

  /** Runs `act`, and gives what the page has asked meanwhile. */
  async askedBy(act) {
    const before = (await this.asked()).length;
    await act();
    return (await this.asked()).slice(before);
  }

  /** What the page asks within so many milliseconds of a clock that is held. */
  askedWithin(ms) {
    return this.askedBy(() => this.pass(ms));
  }

  /**
   * Does what brings the page back, `comeBack()`, at which it is to look at the account: once, whatever else it hears of that. Gives
   * what it asks.
   */
  askedByComingBack(comeBack) {
    const { browser, platform } = this.#context;
    return this.askedBy(async () => {
      const before = (await this.asked()).length;
      let answer;
      // The answer waits until all news are in.
      platform.when("GET", "/api/*", () => new Promise((resolve) => (answer = resolve)));
      await comeBack();
      await until(browser, "the platform is asked", async () => (await this.asked()).length > before && answer, Boolean);
      answer();
      await this.pass(0);
    });
  }

  /** Stops the clock of the page: nothing happens any more but what the page hears of. */
  hold() {
    return this.#inPage(() => globalThis.e2eAround.hold());
  }

  /** Moves a clock that is held, and waits until all is done that was due, and answered. */
  async pass(ms) {
    for (let left = ms; ; left -= STEP_MS) {
      await this.#inPage((step) => globalThis.e2eAround.pass(step).then(() => true), Math.min(left, STEP_MS));
      if (left <= STEP_MS) return;
    }
  }

  /** Moves a clock that is held until `read()` gives what is wanted. */
  passUntil(what, read, isIt) {
    return until(this.#context.browser, what, () => this.pass(250).then(read), isIt);
  }

  /** Has requests of the page go to a name that cannot be found. `[method, pattern]`, or `null` for none. */
  lose(lost) {
    return this.#inPage((lost) => void (globalThis.e2eAround.lost = lost), plain(lost));
  }

  /**
   * Takes the network away from the page of this window, with what a browser tells pages then. Gives a function that brings it back.
   * WebKit cannot be told to: there it is the server that does not answer, and `navigator.onLine` and the events are the test's.
   */
  async goOffline() {
    const { browser, front } = this.#context;
    if (engine.setOnline) {
      const window = await browser.getWindowHandle();
      await engine.setOnline(browser, window, false);
      await until(browser, "the page is offline", () => this.#inPage(() => navigator.onLine), (isOnline) => !isOnline);
      return this.#undoable(() => engine.setOnline(browser, window, true));
    }
    const restore = front.cutOff("/api/connect/");
    await this.#inPage(pretend, false);
    return this.#undoable(() => {
      restore();
      return this.#inPage(pretend, true);
    });
  }

  /** Minimises the window, so that nobody sees the page. Gives a function that shows it again. */
  async hide() {
    const { browser } = this.#context;
    const { width, height } = await browser.getWindowSize();
    await browser.minimizeWindow();
    await until(browser, "the page is hidden", () => this.isHidden(), (isHidden) => isHidden);
    return this.#undoable(async () => {
      await browser.setWindowSize(width, height);
      await until(browser, "the page is seen", () => this.isHidden(), (isHidden) => !isHidden);
    });
  }

  isHidden() {
    return this.#inPage(() => document.visibilityState === "hidden");
  }

  /** Everything is as it was, whatever a test has left. */
  async undo() {
    for (const undo of this.#undo.splice(0).reverse()) await undo();
  }

  #undoable(undo) {
    const once = () => {
      const index = this.#undo.indexOf(once);
      if (index >= 0) this.#undo.splice(index, 1);
      return undo();
    };
    this.#undo.push(once);
    return once;
  }

  #inPage(run, ...values) {
    return this.#context.browser.execute(run, ...values);
  }
}

const plain = (lost) => (lost ? [lost[0], lost[1].source] : null);

function pretend(isOnline) {
  Object.defineProperty(navigator, "onLine", { configurable: true, get: () => isOnline });
  dispatchEvent(new Event(isOnline ? "online" : "offline"));
}
