import { engine } from "./engines.mjs";
import { until } from "./until.mjs";

/**
 * Clicks the middle of an element, as a user does, once nothing covers it.
 * @param selector CSS, or XPath that begins with `//`.
 */
export async function click(browser, selector) {
  if (!engine.hasSlowElements) return browser.$(selector).click();
  const origin = await find(browser, selector, "can be clicked");
  const actions = [{ type: "pointerMove", duration: 0, origin, x: 0, y: 0 }, { type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 }];
  await browser.performActions([{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions }]);
}

/** Replaces the text of a field by typing another one, which must not be empty. */
export async function type(browser, selector, text) {
  if (!engine.hasSlowElements) {
    const field = browser.$(selector);
    // WebKit types into nothing that is out of sight, and a window that a test opens is small.
    await field.waitForExist();
    // webdriverio's own `scrollIntoView` takes four commands.
    await browser.execute((element) => element.scrollIntoView({ block: "center" }), await field);
    await field.setValue(text);
    return;
  }
  await find(browser, selector, "can be typed into", true);
  const actions = [...text].flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]);
  await browser.performActions([{ type: "key", id: "keyboard", actions }]);
}

/** Waits for the element, and scrolls to it. `isForText`: also focuses it and selects its text. */
const find = (browser, selector, what, isForText = false) =>
  until(browser, `${selector} ${what}`, () => browser.execute(findInPage, selector, isForText), Boolean);

/** Runs in the page. Returns the element if it is there and on top. */
function findInPage(selector, isForText) {
  const isXPath = selector.startsWith("//");
  const element = isXPath ? document.evaluate(selector, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE).singleNodeValue : document.querySelector(selector);
  if (!element) return null;
  element.scrollIntoView({ block: "center", behavior: "instant" });
  const { x, y, width, height } = element.getBoundingClientRect();
  if (!element.contains(document.elementFromPoint(x + width / 2, y + height / 2))) return null;
  if (isForText) {
    element.focus();
    element.select();
  }
  return element;
}
