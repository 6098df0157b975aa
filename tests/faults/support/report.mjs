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

/** A table with a row for each fault that is tested in browsers. */
function tableOfBrowsers() {
  const rows = inBrowsers.map(({ fault, at, result, source, tests }) => {
    const files = [...new Set(tests.map(([file]) => file))];
    const named = files.map((file) => {
      const names = tests.filter((one) => one[0] === file).map(([, name]) => `"${name.replace(/\$\{\w+\}/, "…")}"`);
      return `[${file}](../tests/e2e/${file}.test.mjs): ${names.join(", ")}`;
    });
    return [fault, at, result, source, named.join("; ")];
  });
  return markdown([["", "at", "result", "the fault is", "tests"], ...rows]);
}

const key = (flow, request, fault) => `${flow.name} ${request.name} ${fault.name}`;

/** The text of docs/faults.md. `passed` are the cases of this run that passed. */
export function report(passed) {
  const descriptions = new Map(passed.map(({ flow, request, fault, description }) => [key(flow, request, fault), description]));
  const flowList = flows.map(({ name, what, requests }) => `- **${name}**: ${what}. ${requests.map(({ name }) => `\`${name}\``).join(", ")}`);
  return `# Faults and their results

Every request of every flow is tested with every fault. \`npm test -- faults\` fails when this page and the
results differ; with \`FAULTS_WRITE=1\` in the environment it writes the page. A real server stands in front of the sandbox and produces the faults,
and the client uses Node's own \`fetch\`. The clock is fake.

The flows and their requests:

${flowList.join("\n")}

A fault lasts until the flow has ended. The tables show how. Then the user tries again. In every case:

- The flow ends within its time limit: two tries that time out after 15 seconds, or three shorter ones, and the delays between them. \`account\` may add 30 seconds.
- A request that changes something is sent once. A request that only reads is retried where the table says so, and never before its \`Retry-After\`.
- Trying again after the fault succeeds. A request that is retried automatically meets the fault once more.
- No account is created twice, apart from the exceptions. Every created account is connected, \`pending\`, or in \`connectedAccounts.list\`.
- The stored records belong to existing accounts. Neither they nor errors contain a typed value.
- No promise is rejected unhandled, and no timer remains.

## Faults of a request

${tableOf(faults, descriptions)}

## Faults of the page

They happen during the request. When the page is left, the platform has handled the request and its answer is lost.

${tableOf(pageFaults, descriptions)}

## Faults in real browsers

The same in Chromium, Firefox and WebKit, with the demo. Faults that take until a time limit are tested in Node only.

${tableOfBrowsers()}

## Exceptions

1. ¹ The platform has created the account, and its answer is lost. The page does not know the account's id, so the client does not retry
   automatically. When the user tries again, another account is created. Both are in \`connectedAccounts.list\`.
2. ² The platform answers that it has no such account. When the user tries again, the flow checks this account once more. If the
   platform still does not have it, the next try creates another.
3. ³ An account with a key needs no redirect, so nothing is \`pending\`. It is \`ACTIVE\` already.
4. ⁴ Nothing can be stored, and the page is left. The next page does not know the attempt. The account is in \`connectedAccounts.list\`.
   A popup does not have this problem, because the page stays.
5. A 400 to \`fields\` is \`not_found\`: a well-formed app key can only be wrong in one way.
`;
}
