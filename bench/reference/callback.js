// src/core/callback.rs in plain JavaScript, with the browser's URL parser.

const MEANINGS = {
  cfflow: "flowId",
  connectedaccountid: "connectedAccountId",
  connectionid: "connectedAccountId",
  status: "status",
  connectionstatus: "status",
  appname: "app",
  toolkit: "app",
  error: "error",
  errordescription: "errorDescription",
  message: "errorDescription",
  reason: "errorDescription",
  errormessage: "errorDescription",
  sessionuri: "sessionUri",
};
const LENIENT = ["app", "errorDescription"];
const OUTCOMES = { success: "success", active: "success", failed: "failure", failure: "failure", error: "failure", expired: "failure" };

const outcomeOf = (status = "") => OUTCOMES[status.toLowerCase()] ?? "unknown";

/** Parses a callback URL. Returns null for any other URL. */
export function parseCallback(url) {
  const found = {};
  const seen = new Set();
  let duplicate;
  for (const [name, value] of new URL(url).searchParams) {
    const meaning = MEANINGS[name.replaceAll("_", "").toLowerCase()];
    if (!meaning || value === "") continue;
    const first = found[meaning];
    const differs = first !== undefined && (meaning === "status" ? outcomeOf(first) !== outcomeOf(value) : first !== value);
    if (!LENIENT.includes(meaning) && (differs || seen.has(name))) {
      duplicate = name;
      continue;
    }
    found[meaning] ??= value;
    seen.add(name);
  }
  const { status, ...callback } = found;
  const { flowId, sessionUri, connectedAccountId, error } = callback;
  if (!flowId && !sessionUri && !(connectedAccountId && (status || error))) return null;
  if (duplicate) throw new Error(`the callback URL has more than one value for \`${duplicate}\``);
  return { ...callback, outcome: error ? "failure" : outcomeOf(status) };
}
