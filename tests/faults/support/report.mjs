import { inBrowsers } from "./browsers.mjs";
import { faults } from "./faults.mjs";
import { flows } from "./flows.mjs";
import { describePageFault, pageFaults } from "./page-faults.mjs";
import { describeExpected } from "./request-fault.mjs";
import { markdown } from "../../../scripts/lib/table.mjs";

/** Every fault at every request of every flow. */
export const cases = flows.flatMap((flow) =>
  flow.requests.flatMap((request) => [
    ...faults.map((fault) => ({ flow, request, fault, description: describeExpected(fault, flow, request), isPageFault: false })),
    ...pageFaults.map((fault) => ({ flow, request, fault, description: describePageFault(fault, flow, request), isPageFault: true })),
  ]),
);

/** A table with a row for each fault and a column for each request. Requests with equal columns share one. */
function tableOf(rows, descriptions) {
  const columns = new Map();
  for (const flow of flows) {
    for (const request of flow.requests) {
      const column = rows.map((fault) => descriptions.get(key(flow, request, fault)) ?? "not run");
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
  const table = markdown([["fault", ...all.map((_, index) => letter(index))], ...rows.map((fault, row) => [fault.name, ...all.map(({ column }) => column[row])])]);
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

/** A table with a row for each fault that is tested in browsers. */
function tableOfBrowsers() {
  const rows = inBrowsers.map(({ fault, at, result, source, tests }) => {
    const files = [...new Set(tests.map(([file]) => file))];
    const named = files.map((file) => {
      const names = tests.filter((one) => one[0] === file).map(([, name]) => `"${name}"`);
      return `[${file}](../tests/e2e/${file}.test.mjs): ${names.join(", ")}`;
    });
    return [fault, at, result, source, named.join("; ")];
  });
  return markdown([["fault", "at", "result", "how the fault is made", "tests"], ...rows]);
}

const key = (flow, request, fault) => `${flow.name} ${request.name} ${fault.name}`;

/** The text of docs/faults.md. `passed` are the cases of this run that passed. */
export function report(passed) {
  const descriptions = new Map(passed.map(({ flow, request, fault, description }) => [key(flow, request, fault), description]));
  const flowRows = flows.map(({ name, what, requests }) => [name, what, requests.map(({ name }) => `\`${name}\``).join(", ")]);
  return `# Faults and their results

What a flow does when a request fails or the page changes under it. Every request of every flow is tested with every fault:
\`npm test -- faults\` fails if this page and the results differ. With \`FAULTS_WRITE=1\` in the environment, it writes the page. A real server in
front of the sandbox makes the faults, the client uses Node's own \`fetch\`, and the clock is fake.

## Flows

${markdown([["flow", "what it does", "its requests"], ...flowRows])}

A fault lasts until the flow has ended. Then the user tries again. In every case:

- The flow ends within its time limit. For each request, that is two tries of 15 seconds or three shorter ones, plus the delays between them.
  \`account\` may add 30 seconds.
- A request that changes something is sent once. A request that only reads is retried where the tables say so, and never before its \`Retry-After\`.
- Trying again after the fault succeeds.
- No account is created twice, apart from the exceptions below. Every created account is connected, \`pending\`, or in \`connectedAccounts.list\`.
- Stored records belong to existing accounts. Neither records nor errors contain a typed value.
- No promise rejects unhandled, and no timer remains.

## Results

| result | meaning |
|---|---|
| no effect | the flow connects, or the call succeeds |
| a code | the flow or the call ends with this [error](errors.md) |
| retried, then a code | the request is retried automatically, then the flow or the call ends with the code |
| polled, then a code | the status check is repeated until the time limit, then the flow or the call ends with the code |
| continues online | the flow waits, and connects once the network is back |
| resumed | the next page continues the attempt |
| restarted | the user starts again |
| listed | the account is in \`connectedAccounts.list\` |

## Faults of a request

Each column stands for these requests, which have the same results:

${tableOf(faults, descriptions)}

## Faults of the page

The fault happens during the request. If the page is left, the platform has handled the request, and its answer is lost. Each column stands for these
requests:

${tableOf(pageFaults, descriptions)}

## Faults in real browsers

The same in Chromium, Firefox and WebKit, with the demo. Faults that take until a time limit are tested in Node only.

${tableOfBrowsers()}

## Exceptions

- ¹ The platform has created the account, and its answer is lost. The page does not know the account's id, so the client does not retry
  automatically. When the user tries again, another account is created. Both are in \`connectedAccounts.list\`.
- ² The platform answers that it has no such account. When the user tries again, the flow checks this account once more. If the platform still
  does not have it, the next try creates another.
- ³ An account with a key needs no redirect, so nothing is \`pending\`. It is \`ACTIVE\` already.
- ⁴ Nothing can be stored, and the page is left. The next page does not know the attempt. The account is in \`connectedAccounts.list\`. A popup
  does not have this problem, because the page stays.
- A 400 to \`fields\` is \`not_found\`: a well-formed app key can only be wrong in one way.
`;
}
