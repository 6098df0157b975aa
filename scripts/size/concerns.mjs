import { Stop } from "../lib/stop.mjs";
import { brotli } from "./sizes.mjs";

/** The concern of a function: the first whose pattern matches its name, which is a path in Rust or an export. */
const CONCERNS = [
  ["flow: states and transitions", /core::flow/],
  ["flow: popup, channel, timers, listeners", /client::flow|bindings::flow|browser::(?:popup|channel|surroundings)|announce|^connectflow_/],
  ["answers to JavaScript", /erialize|core::plain|bindings::convert/],
  ["options of calls", /core::options/],
  ["waiting: status checks, turns of tabs", /core::(?:watch|calls::wait)/],
  ["calls of several requests", /core::calls::[a-z]/],
  ["requests: fetch, limits, retries", /browser::(?:call|fetch|timing|promise)|core::(?:retry|time)\b/],
  ["lists, accounts, entity, catalogue", /(?:bindings|client)::(?:accounts|actions|catalogue|entity|list)|^(?:connectedaccounts|actions|apps|integrations|entity|listiterator)_/],
  ["client and its JavaScript class", /::bindings::client|::client|^connectclient_/],
  ["protocol: requests and answers", /core::(?:api|status|scheme|json|value)\b/],
  ["regular expressions", /core::pattern/],
  ["forms: fields, validation, JSON Schema", /core::(?:validate|normalise|json_schema|input_attributes|fields)|bindings::fields|^(?:validate|toJsonSchema|inputAttributes)/],
  ["callback, redirect, stored record", /core::(?:callback|redirect|pending|in_app_browser)|browser::storage/],
  ["trace", /core::trace/],
  ["browser and bindings, the rest", /connect_flow::(?:browser|bindings)/],
  ["core, the rest", /connect_flow/],
  ["futures", /js_sys::futures|wasm_bindgen_futures/],
  ["bindings to the browser", /js_sys|wasm_bindgen|web_sys|gloo|externref/],
  ["standard library and allocator", /./],
];

/**
 * The cost of each concern: its bytes, and how much the brotli size falls without its functions. These sum to less than the whole,
 * because code that two concerns share compresses once. A concern without functions is an error, because its code has moved.
 */
export function byConcern(functions) {
  const all = sizeOf(functions);
  return CONCERNS.map(([concern, pattern], rank) => {
    const isOwn = ({ name }) => CONCERNS.findIndex(([, other]) => other.test(name)) === rank;
    const own = functions.filter(isOwn);
    if (!own.length) throw new Stop(`no function belongs to "${concern}": change its pattern in scripts/size/concerns.mjs`);
    const bytes = own.reduce((sum, { size }) => sum + size, 0);
    return { concern, bytes, functions: own.length, brotli: all - sizeOf(functions.filter((one) => !isOwn(one))) };
  }).sort((a, b) => b.brotli - a.brotli);
}

const sizeOf = (functions) => brotli(Buffer.concat(functions.map(({ body }) => body)));
