import { createClient, validateParams } from "connect-flow";
import * as callback from "../reference/callback.js";
import { createFlow } from "../reference/flow.js";
import * as reference from "../reference/validate.js";
import { fieldsAndData } from "./fields.js";

const ROUNDS = 7;
const BATCH_MS = 25;

const CALLBACK = "https://app.example/done?tab=mail&cf_flow=0123456789abcdef&status=success&connectedAccountId=ca_abc123&appName=gmail#top";

async function makeJobs() {
  const client = await createClient({ baseUrl: "/api/connect", entityId: "Jessica" });
  const flow = client.flow({ app: "shopify", mode: "redirect" });
  const { expectedInputFields, ...basics } = await flow.load();
  const plain = createFlow({ ...basics, expectedInputFields });
  for (const one of [flow, plain]) one.subscribe(() => {});
  const validating = (count) => {
    const { text, data } = fieldsAndData(count);
    return {
      own: () => validateParams(JSON.parse(text), data),
      reference: () => reference.validateParams(JSON.parse(text), data),
    };
  };
  return {
    callback: { own: () => client.parseCallback(CALLBACK), reference: () => callback.parseCallback(CALLBACK) },
    "fields 10": validating(10),
    "fields 1000": validating(1000),
    "fields 100000": validating(100_000),
    transition: { own: () => flow.submit({}), reference: () => plain.submit({}) },
    snapshot: { own: () => flow.getSnapshot(), reference: () => plain.getSnapshot() },
  };
}

/** How many calls take about as long as a clock can tell well. */
async function batchOf(work) {
  for (let calls = 1; ; calls *= 4) {
    const { total } = await time(work, calls);
    if (total > BATCH_MS / 4) return Math.max(1, Math.round((calls * BATCH_MS) / total));
  }
}

async function time(work, calls) {
  let longest = 0;
  const start = performance.now();
  if (calls > 50) {
    for (let call = 0; call < calls; call += 1) await work();
  } else {
    for (let call = 0; call < calls; call += 1) {
      const began = performance.now();
      await work();
      longest = Math.max(longest, performance.now() - began);
    }
  }
  return { total: performance.now() - start, longest };
}

/** Both sides in turns: milliseconds a call of each round, and the longest call where calls are long. */
async function measure({ own, reference }) {
  const sides = { own: { work: own, each: [], longest: 0 }, reference: { work: reference, each: [], longest: 0 } };
  for (const side of Object.values(sides)) side.calls = await batchOf(side.work);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const side of Object.values(sides)) {
      const { total, longest } = await time(side.work, side.calls);
      side.each.push(total / side.calls);
      side.longest = Math.max(side.longest, longest);
    }
  }
  const pick = ({ each, longest }) => ({ each, longest });
  return { own: pick(sides.own), reference: pick(sides.reference) };
}

/** Sorted keys: both sides have to come to the same. */
function plain(value) {
  const isObject = (one) => one && typeof one === "object" && !Array.isArray(one);
  return JSON.stringify(value, (_, one) => (isObject(one) ? Object.fromEntries(Object.entries(one).sort()) : one));
}

globalThis.work = async () => {
  const results = {};
  for (const [name, job] of Object.entries(await makeJobs())) {
    const [own, reference] = [await job.own(), await job.reference()].map(plain);
    if (own !== reference) throw new Error(`${name}: ${own.slice(0, 900)} is not ${reference.slice(0, 900)}`);
    results[name] = await measure(job);
  }
  return results;
};
/** The longest of a few calls, in milliseconds, for each number of fields. */
globalThis.longest = async (counts) => {
  await createClient({ baseUrl: "/api/connect" });
  return counts.map((count) => {
    const { text, data } = fieldsAndData(count);
    const took = Array.from({ length: ROUNDS }, () => {
      const began = performance.now();
      validateParams(JSON.parse(text), data);
      return performance.now() - began;
    });
    return Math.max(...took);
  });
};
document.title = "Ready";
