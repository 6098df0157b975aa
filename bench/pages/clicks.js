import { createSandbox } from "connect-flow/testing";
import * as byHand from "../entries/by-hand.js";
import * as own from "../entries/connect-flow.js";

const baseUrl = new URL("/api/connect", location).href;
const sandbox = createSandbox({ apiKey: "key", origin: location.origin });

// Time that a request is on its way is not its sender's.
let away = 0;
const { fetch } = globalThis;
globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  if (!request.url.startsWith(baseUrl)) return fetch(input, init);
  const start = performance.now();
  const asked = new Request(request.url.replace(baseUrl, "https://platform.test"), request);
  asked.headers.set("x-api-key", "key");
  const answer = await sandbox.fetch(asked);
  away += performance.now() - start;
  return answer;
};

/** The time of each click, one after the other in this page, from the click to the page being told to leave, in milliseconds. */
globalThis.click = async (side, count) => {
  const { open } = { own, byHand }[side];
  const flow = await open({ baseUrl, app: "gmail" });
  await flow.expect();
  const took = [];
  for (let each = 0; each < count; each += 1) {
    const left = new Promise((resolve) => {
      navigation.addEventListener("navigate", (event) => {
        resolve(performance.now());
        event.preventDefault();
      }, { once: true });
    });
    away = 0;
    const start = performance.now();
    flow.initiate().catch(() => {});
    took.push((await left) - start - away);
  }
  return took;
};

document.title = "Ready";
