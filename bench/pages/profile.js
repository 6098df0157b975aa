import * as callback from "../reference/callback.js";
import * as fields from "../reference/validate.js";
import { CALLBACK } from "./callback-url.js";
import init, { ConnectClient, validateParams } from "./connect_flow.js";
import { fieldsAndData } from "./fields.js";

await init();
const client = new ConnectClient({ baseUrl: "/api/connect", entityId: "Jessica" });
const { text, data } = fieldsAndData(1000);

/** What is looked at, by the name that a profile shows, and the same in plain JavaScript. */
const JOBS = {
  fields: [
    function ofTheJob() {
      return validateParams(JSON.parse(text), data);
    },
    () => fields.validateParams(JSON.parse(text), data),
  ],
  callback: [
    function ofTheJob() {
      return client.parseCallback(CALLBACK);
    },
    () => callback.parseCallback(CALLBACK),
  ],
};

/** Milliseconds that one call takes, of as many as fit into some time. */
globalThis.work = (name, isReference, ms) => {
  const work = JOBS[name][Number(isReference)];
  const start = performance.now();
  let calls = 0;
  for (; performance.now() < start + ms; calls += 10) for (let each = 0; each < 10; each += 1) work();
  return (performance.now() - start) / calls;
};

document.title = "Ready";
