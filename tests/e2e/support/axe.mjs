import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
/** The width at which WCAG 1.4.10 requires reflow. */
const NARROW = 320;

/**
 * The violations that axe finds on a page as it is, as `dark, wide: color-contrast: <p>…`: in light, wide and narrow, and in dark, wide,
 * since colours are the same at each width. Also the elements that long words push out of the narrow page. Restores the window's size.
 */
export async function inspect(browser) {
  const { width, height } = await browser.getWindowSize();
  const inspectAs = async (scheme, layout) => (await run(browser, scheme)).map((violation) => `${scheme}, ${layout}: ${violation}`);
  const wide = [...(await inspectAs("light", "wide")), ...(await inspectAs("dark", "wide"))];
  await browser.setWindowSize(NARROW, height);
  const narrow = [...(await inspectAs("light", "narrow")), ...(await browser.execute(overflow))];
  await browser.setWindowSize(width, height);
  return [...wide, ...narrow];
}

async function run(browser, scheme) {
  if (!(await browser.execute(() => "axe" in globalThis))) await browser.execute(axe);
  return JSON.parse(await browser.execute(inspectPage, scheme));
}

/** Runs in the page. Replaces every text by a long word, names the elements that are then wider than the page, and restores the texts. */
function overflow() {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, ({ data }) => (data.trim() ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT));
  const texts = [];
  while (walker.nextNode()) texts.push([walker.currentNode, walker.currentNode.data]);
  for (const [node] of texts) node.data = "w".repeat(60);
  const { clientWidth } = document.documentElement;
  const isHidden = (element) => element.closest(".hidden, .skip, .tile");
  const wide = [...document.querySelectorAll("body *")].filter((element) => !isHidden(element) && element.getBoundingClientRect().right > clientWidth + 1);
  for (const [node, data] of texts) node.data = data;
  return wide.map((element) => `narrow: overflow: ${element.outerHTML.slice(0, 200)}`);
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
