import { createSandbox } from "connect-flow/testing";
import * as byHand from "../entries/by-hand.js";
import * as own from "../entries/connect-flow.js";

const baseUrl = new URL("/api/connect", location).href;
const sandbox = createSandbox({ apiKey: "key", origin: location.origin });

// The time of requests, which is subtracted from the time of a click.
let requestMs = 0;
const { fetch } = globalThis;
globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  if (!request.url.startsWith(baseUrl)) return fetch(input, init);
  const start = performance.now();
  const forwarded = new Request(request.url.replace(baseUrl, "https://platform.test"), request);
  forwarded.headers.set("x-api-key", "key");
  const answer = await sandbox.fetch(forwarded);
  requestMs += performance.now() - start;
  return answer;
};

/** The times of consecutive clicks in this page, from the click to the navigation, in milliseconds. */
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
    requestMs = 0;
    const start = performance.now();
    flow.initiate().catch(() => {});
    took.push((await left) - start - requestMs);
  }
  return took;
};

document.title = "Ready";
