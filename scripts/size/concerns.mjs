import { brotli } from "./sizes.mjs";

/** The concern of a function: the first whose pattern matches its name. */
const CONCERNS = [
  ["flow: states and transitions", /core::flow/],
  ["flow: popup, channel, timers, listeners", /client::flow|bindings::flow|browser::(?:popup|channel|surroundings)|announce|^connectflow_/],
  ["answers to JavaScript", /erialize|core::plain/],
  ["options of calls", /core::options/],
  ["protocol: requests and answers", /protocol::(?:v3|read|build)\b/],
  ["protocol, the rest", /core::(?:protocol|status|scheme|json|value)/],
  ["procedures of several requests", /core::procedure/],
  ["regular expressions", /core::pattern/],
  ["forms: fields, validation, JSON Schema", /core::(?:validate|normalise|json_schema|input_attributes|fields)|bindings::fields/],
  ["callback, redirect, stored record", /core::(?:callback|redirect|pending|in_app_browser)/],
  ["requests: fetch, limits, retries", /drive|browser::(?:driver|fetch|timing|failure)|core::(?:retry|time)/],
  ["lists, accounts, entity, catalogue", /(?:bindings|client)::(?:accounts|catalogue|lists)/],
  ["client and its JavaScript class", /::bindings|::client|^connectclient_/],
  ["trace", /core::trace/],
  ["browser, the rest", /connect_flow::browser/],
  ["core, the rest", /connect_flow/],
  ["futures", /js_sys::futures|wasm_bindgen_futures/],
  ["bindings to the browser", /js_sys|wasm_bindgen|web_sys|gloo|externref/],
  ["standard library and allocator", /./],
];

/**
 * The cost of each concern: its bytes, and how much the brotli size falls without its functions. These sum to less than the whole,
 * because code that two concerns share compresses once.
 */
export function byConcern(functions) {
  const all = sizeOf(functions);
  return CONCERNS.map(([concern, pattern], rank) => {
    const isOwn = ({ name }) => CONCERNS.findIndex(([, other]) => other.test(name)) === rank;
    const own = functions.filter(isOwn);
    const bytes = own.reduce((sum, { size }) => sum + size, 0);
    return { concern, bytes, functions: own.length, brotli: all - sizeOf(functions.filter((one) => !isOwn(one))) };
  }).sort((a, b) => b.brotli - a.brotli);
}

const sizeOf = (functions) => brotli(Buffer.concat(functions.map(({ body }) => body)));
