import { inBrowsers } from "./browsers.mjs";
import { inWords } from "./cell.mjs";
import { faults } from "./faults.mjs";
import { flows } from "./flows.mjs";
import { pageFaults, pageInWords } from "./page-faults.mjs";
import { markdown } from "../../../scripts/lib/table.mjs";

/** Every cell: `{ flow, request, fault, words, isOfPage }`. */
export const cells = flows.flatMap((flow) =>
  flow.requests.flatMap((request) => [
    ...faults.map((fault) => ({ flow, request, fault, words: inWords(fault, flow, request), isOfPage: false })),
    ...pageFaults.map((fault) => ({ flow, request, fault, words: pageInWords(fault, flow, request), isOfPage: true })),
  ]),
);

/** One table: a row for each fault, a column for each request; requests for which everything is the same share one. */
function tableOf(rows, words) {
  const columns = new Map();
  for (const flow of flows) {
    for (const request of flow.requests) {
      const column = rows.map((fault) => words.get(key(flow, request, fault)) ?? "not run");
      const text = column.join("\n");
      if (!columns.has(text)) columns.set(text, { column, requests: new Set() });
      const { requests } = columns.get(text);
      const name = `${request.name}: ${flow.name}`;
      requests.add(name);
    }
  }
  const all = [...columns.values()];
  const letter = (index) => String.fromCharCode(65 + index);
  const legend = all.map(({ requests }, index) => `- **${letter(index)}**: ${grouped(requests)}`);
  const table = markdown([["", ...all.map((_, index) => letter(index))], ...rows.map((fault, row) => [fault.name, ...all.map(({ column }) => column[row])])]);
  return `${legend.join("\n")}\n\n${table}`;
}

/** `integrations (calls, popup), fields (popup)`. */
function grouped(requests) {
  const byName = new Map();
  for (const name of requests) {
    const [request, flow] = name.split(": ");
    byName.set(request, [...(byName.get(request) ?? []), flow]);
  }
  return [...byName].map(([request, names]) => `\`${request}\` (${names.join(", ")})`).join(", ");
}

/** A row for each fault that is held in browsers, with its tests. */
function tableOfBrowsers() {
  const rows = inBrowsers.map(({ fault, at, comes, how, tests }) => {
    const files = [...new Set(tests.map(([file]) => file))];
    const named = files.map((file) => {
      const names = tests.filter((one) => one[0] === file).map(([, name]) => `"${name.replace(/\$\{\w+\}/, "…")}"`);
      return `[${file}](../tests/e2e/${file}.test.mjs): ${names.join(", ")}`;
    });
    return [fault, at, comes, how, named.join("; ")];
  });
  return markdown([["", "at", "what comes of it", "how the browser comes by it", "held by"], ...rows]);
}

const key = (flow, request, fault) => `${flow.name} ${request.name} ${fault.name}`;

/**
 * docs/faults.md of a run.
 * @param passed the cells that came out as they should.
 */
export function report(passed) {
  const words = new Map(passed.map(({ flow, request, fault, words }) => [key(flow, request, fault), words]));
  const named = flows.map(({ name, what, requests }) => `- **${name}**: ${what}. ${requests.map(({ name }) => `\`${name}\``).join(", ")}`);
  return `# What comes of what goes wrong

Each request of each flow meets each fault. \`npm run faults -- --write\` runs them all and writes this page, and \`npm test -- faults\`
fails where it says something else. A real server stands in front of the sandbox and breaks what it is asked; the requests are those of
Node's own \`fetch\`. The clock is moved, so that nobody waits.

The flows and what they ask:

${named.join("\n")}

A fault lasts until the flow has said how it ended, which is what a cell shows. Then the user tries again. In every cell:

- the flow ends in time: two tries of 15 seconds that hang, three that are shorter, and the waits between, or one; \`account\` 30 seconds later at most;
- what changes something is sent once. What only reads is repeated where the cell says so, and after a \`Retry-After\` not too early;
- when the fault is over, trying again connects, with the fault there once more where the request is repeated by itself;
- no account is made twice, but for the exceptions; each that was made is connected, \`pending\`, or in \`connectedAccounts.list\`;
- the records in the storage are of accounts that there are, and hold nothing that was typed; nor does an error;
- no promise is rejected unheard, and no timer is left.

## With a request

${tableOf(faults, words)}

## With the page

While the request is on its way. The answer of a page that is gone is lost; the platform has done what it was asked.

${tableOf(pageFaults, words)}

## In real browsers

The same in Chromium, Firefox and WebKit, with the demo. What waits for its time, as an answer that never comes, is left to
Node.

${tableOfBrowsers()}

## Exceptions

1. ¹ The platform has made the account, and its answer is lost. The page cannot know the account's id, and so it does not ask for it again by
   itself. When the user tries again, another account is made; both are in \`connectedAccounts.list\`.
2. ² The platform says that there is no such account. When the user tries again, it is looked for once more; only if it is still not
   there, the next try makes another.
3. ³ Nobody was sent away for it, and so nothing is \`pending\`. It is \`ACTIVE\` already.
4. ⁴ Nothing can be stored, and the page is left: the next one does not know the attempt. The account is in \`connectedAccounts.list\`. A
   popup does not have this problem, as the page stays.
5. A 400 to \`fields\` is \`not_found\`: there is nothing else that could be wrong with the key of an app.
`;
}
