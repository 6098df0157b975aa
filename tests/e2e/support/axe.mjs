import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const NARROW = 390;

/**
 * What axe finds on a page as it is, in light and in dark, wide and narrow: `dark, 390 px: color-contrast: <p>…`.
 * Leaves the window as wide as it was.
 */
export async function inspect(browser) {
  const { width, height } = await browser.getWindowSize();
  const found = [];
  for (const [widthName, wanted] of [["wide", width], [`${NARROW} px`, NARROW]]) {
    await browser.setWindowSize(wanted, height);
    for (const scheme of ["light", "dark"]) {
      for (const violation of await run(browser, scheme)) found.push(`${scheme}, ${widthName}: ${violation}`);
    }
  }
  await browser.setWindowSize(width, height);
  return found;
}

async function run(browser, scheme) {
  if (!(await browser.execute(() => "axe" in globalThis))) await browser.execute(axe);
  return JSON.parse(await browser.execute(inspectPage, scheme));
}

/** Runs in the page. */
async function inspectPage(scheme) {
  // A scheme changes colours and nothing else, so that the other rules need one of the two only.
  const runOnly = scheme === "dark" ? ["color-contrast", "link-in-text-block"] : undefined;
  // No driver of all has a way to prefer dark, so the style sheets are told that it is.
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).filter(({ media }) => media?.mediaText.includes("prefers-color-scheme: dark"));
  for (const rule of rules) rule.media.mediaText = scheme === "dark" ? "all" : "not all";
  try {
    // Colours fade in, and what is half faded in has too little contrast.
    await Promise.allSettled(document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < Infinity).map((one) => one.finished));
    const { violations } = await globalThis.axe.run(document, { preload: false, resultTypes: ["violations"], ...(runOnly && { runOnly }) });
    return JSON.stringify(violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`)));
  } finally {
    for (const rule of rules) rule.media.mediaText = "(prefers-color-scheme: dark)";
  }
}
