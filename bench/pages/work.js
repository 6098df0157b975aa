import { createClient, validateParams } from "connect-flow";
import * as callback from "../reference/callback.js";
import { createFlow } from "../reference/flow.js";
import * as reference from "../reference/validate.js";
import { CALLBACK } from "./callback-url.js";
import { fieldsAndData } from "./fields.js";

const ROUNDS = 7;
const BATCH_MS = 25;

async function makeJobs() {
  const client = await createClient({ baseUrl: "/api/connect", entityId: "Jessica" });
  const flow = client.flow({ app: "shopify", mode: "redirect" });
  const { expectedInputFields, ...basics } = await flow.load();
  const plain = createFlow({ ...basics, expectedInputFields });
  for (const one of [flow, plain]) one.subscribe(() => {});
  // Alternating values, so that each submit has a different result.
  const typed = [{}, { shop: "acme" }];
  const validating = (count) => {
    const { text, data } = fieldsAndData(count);
    return {
      own: () => validateParams(JSON.parse(text), data),
      reference: () => reference.validateParams(JSON.parse(text), data),
    };
  };
  // The least that passing the fields to WebAssembly costs, without any work on them.
  const floor = (count) => {
    const { text, data } = fieldsAndData(count);
    return {
      own: () => JSON.stringify(JSON.parse(text)),
      reference: () => reference.validateParams(JSON.parse(text), data),
      isOther: true,
    };
  };
  return {
    callback: { own: () => client.parseCallback(CALLBACK), reference: () => callback.parseCallback(CALLBACK) },
    "fields 10": validating(10),
    "fields 1000": validating(1000),
    "fields 100000": validating(100_000),
    "floor 1000": floor(1000),
    transition: { own: (call) => flow.submit(typed[call % 2]), reference: (call) => plain.submit(typed[call % 2]), isAsync: true },
    snapshot: { own: () => flow.getSnapshot(), reference: () => plain.getSnapshot() },
  };
}

/** The number of calls that takes about BATCH_MS. */
async function batchOf(work, isAsync) {
  for (let calls = 1; ; calls *= 4) {
    const total = await time(work, calls, isAsync);
    if (total > BATCH_MS / 4) return Math.max(2, 2 * Math.round((calls * BATCH_MS) / total / 2));
  }
}

/** Milliseconds for a number of calls. Synchronous jobs are not awaited, because `await` would take longer than some of them. */
async function time(work, calls, isAsync) {
  const start = performance.now();
  if (isAsync) for (let call = 0; call < calls; call += 1) await work(call);
  else for (let call = 0; call < calls; call += 1) work(call);
  return performance.now() - start;
}

/** Measures both sides in turns, starting with each alternately. Returns the milliseconds of a call for each round, and the longest call. */
async function measure({ own, reference, isAsync = false }) {
  const sides = [own, reference].map((work) => ({ work, each: [], longest: 0 }));
  for (const side of sides) side.calls = await batchOf(side.work, isAsync);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const side of round % 2 ? sides.toReversed() : sides) {
      side.each.push((await time(side.work, side.calls, isAsync)) / side.calls);
      for (let call = 0; call < 2; call += 1) side.longest = Math.max(side.longest, await time(side.work, 1, isAsync));
    }
  }
  const [mine, other] = sides.map(({ each, longest }) => ({ each, longest }));
  return { own: mine, reference: other };
}

/** JSON with sorted keys, to compare the results of both sides. */
function canonicalJson(value) {
  const isObject = (one) => one && typeof one === "object" && !Array.isArray(one);
  return JSON.stringify(value, (_, one) => (isObject(one) ? Object.fromEntries(Object.entries(one).sort()) : one));
}

globalThis.work = async () => {
  const results = {};
  for (const [name, job] of Object.entries(await makeJobs())) {
    const [own, reference] = [await job.own(0), await job.reference(0)].map(canonicalJson);
    if (own !== reference && !job.isOther) throw new Error(`${name}: the results differ: ${own.slice(0, 900)} and ${reference.slice(0, 900)}`);
    results[name] = await measure(job);
  }
  return results;
};
/** The longest of a few calls in milliseconds, for each number of fields. */
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
