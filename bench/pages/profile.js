import * as callback from "../reference/callback.js";
import * as fields from "../reference/validate.js";
import { CALLBACK } from "./callback-url.js";
import init, { ConnectClient, validateParams } from "./connect_flow.js";
import { fieldsAndData } from "./fields.js";

await init();
const client = new ConnectClient({ baseUrl: "/api/connect", entityId: "Jessica" });
const { text, data } = fieldsAndData(1000);

/** Each job with connect-flow, under the name that a profile shows, and in plain JavaScript. */
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

/** The average milliseconds of a call, over `ms` milliseconds. */
globalThis.work = (name, isReference, ms) => {
  const work = JOBS[name][Number(isReference)];
  const start = performance.now();
  let calls = 0;
  for (; performance.now() < start + ms; calls += 10) for (let each = 0; each < 10; each += 1) work();
  return (performance.now() - start) / calls;
};

document.title = "Ready";
