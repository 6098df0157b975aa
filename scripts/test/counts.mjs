import { stripVTControlCharacters } from "node:util";

export const NONE = { passed: 0, failed: 0, skipped: 0 };

export const add = (a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});

export const show = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

/** Sums the results that cargo's and wasm-bindgen's test runners print for each test program. */
export function countRust(output) {
  const results = plain(output).matchAll(/test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/g);
  return [...results].map(([, ...numbers]) => counts(...numbers)).reduce(add, NONE);
}

/** Reads the summary of Node's test runner. */
export function countNode(output) {
  const text = plain(output);
  const number = (word) => Number([...text.matchAll(new RegExp(`^[ℹ#] ${word} (\\d+)$`, "gm"))].at(-1)?.[1] ?? 0);
  return counts(number("pass"), number("fail") + number("cancelled"), number("skipped") + number("todo"));
}

/** Each fuzz target is one test. */
export function countTargets(output) {
  const number = (word) => [...output.matchAll(new RegExp(`^\\w+: ${word}\\b`, "gm"))].length;
  return counts(number("ok"), number("not ok"), 0);
}

const plain = (output) => stripVTControlCharacters(output).replaceAll("\r", "");

function counts(...texts) {
  const [passed, failed, skipped] = texts.map(Number);
  return { passed, failed, skipped };
}
