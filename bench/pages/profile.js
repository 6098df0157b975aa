import init, { validateParams } from "./connect_flow.js";
import { fieldsAndData } from "./fields.js";

const { text, data } = fieldsAndData(1000);

/** One call of what is looked at. */
function decodeAndValidate() {
  return validateParams(JSON.parse(text), data);
}

/** As many calls as fit into some time; gives their number. */
globalThis.work = (ms) => {
  const end = performance.now() + ms;
  let calls = 0;
  for (; performance.now() < end; calls += 1) decodeAndValidate();
  return calls;
};

await init();
document.title = "Ready";
