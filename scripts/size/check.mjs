import { say } from "../lib/progress.mjs";
import { countRequests, MOST_REQUESTS } from "./requests.mjs";
import { isOver, measureGroups, staleGroups, verdict } from "./sizes.mjs";

/** The stage `size`: fails if a download is above its limit, docs/sizes.md is out of date, or a connection takes too many requests. */
export async function checkSizes() {
  const groups = measureGroups();
  const lines = groups.map((group) => `${group.name}: ${group.brotli} bytes, ${verdict(group)}`);
  const requests = await countRequests();
  const many = requests.filter(({ requests: count }) => count > MOST_REQUESTS);
  for (const { api, app, requests: count } of many) lines.push(`${api}, ${app}: ${count} requests of at most ${MOST_REQUESTS}`);
  const stale = staleGroups(groups);
  for (const { name } of stale) lines.push(`docs/sizes.md has another size for ${name}: run \`npm run size -- --write\`.`);
  const hasFailed = groups.some(isOver) || stale.length > 0 || many.length > 0;
  if (hasFailed) lines.push("`npm run size` prints what takes the space; scripts/size/budgets.json has the limits.");
  else for (const line of lines) say(`  ${line}`);
  return { code: hasFailed ? 1 : 0, output: lines.join("\n") };
}
