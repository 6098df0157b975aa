import { until } from "./until.mjs";

/**
 * Opens an empty tab and goes to it. `handle` is for coming again, `leave()` goes back to the tab before, `close()` also closes this one.
 * @param type `window` for a page that opens popups itself: WebKit shows no tab that WebDriver has opened, and blocks them there.
 */
export async function openTab(browser, type = "tab") {
  const before = await browser.getWindowHandle();
  const { handle } = await browser.createWindow(type);
  await browser.switchToWindow(handle);
  return { handle, leave: () => browser.switchToWindow(before), close: () => closeWindow(browser, before) };
}

/**
 * Does what makes the page open a window, `open()`, and goes to that window.
 * @returns `handle` for coming again; `opener`, the handle of the window before; `leave()` goes back to that one and leaves
 * the popup open, `close()` closes it as a user would and goes back, `closed()` waits until it has closed itself and goes back.
 */
export async function popup(browser, open) {
  const opener = await browser.getWindowHandle();
  const before = await browser.getWindowHandles();
  await open();
  const isNew = (handle) => !before.includes(handle);
  const after = await until(browser, "there is a new window", () => browser.getWindowHandles(), (handles) => handles.some(isNew));
  const handle = after.find(isNew);
  await browser.switchToWindow(handle);
  const leave = () => browser.switchToWindow(opener);
  return {
    handle,
    opener,
    leave,
    close: async () => {
      await browser.switchToWindow(handle);
      await closeWindow(browser, opener);
    },
    closed: async () => {
      await until(browser, "the popup has closed itself", () => browser.getWindowHandles(), (handles) => !handles.includes(handle));
      await leave();
    },
  };
}

/**
 * Closes the window and goes to `next`. webdriverio goes to the first window by itself, at any time after the answer, and must not do so
 * when the test is at `next`.
 */
export async function closeWindow(browser, next) {
  let notice;
  const hasGone = new Promise((resolve) => {
    notice = ({ command }) => command === "switchToWindow" && resolve();
    browser.on("result", notice);
  });
  try {
    await browser.closeWindow();
    await hasGone;
  } finally {
    browser.off("result", notice);
  }
  await browser.switchToWindow(next);
}

/** Closes all windows but one, also those that are being opened just now, and goes to that one. */
export async function closeOthers(browser, kept) {
  for (;;) {
    const others = (await browser.getWindowHandles()).filter((handle) => handle !== kept);
    if (others.length === 0) return browser.switchToWindow(kept);
    for (const other of others) {
      try {
        await browser.switchToWindow(other);
        await closeWindow(browser, kept);
        // Chromium sometimes ends the session if the next tab is closed before this one is gone.
        await until(browser, "the tab is closed", () => browser.getWindowHandles(), (handles) => !handles.includes(other));
      } catch (error) {
        // It has just closed itself. webdriverio takes any answer without handles, such as that refusal, for the end of all windows.
        if (!/no such window|all window handles were removed/i.test(`${error.name} ${error.message}`)) throw error;
      }
    }
  }
}
