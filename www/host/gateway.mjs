const bodyLimit = 1024 * 1024;
const timeoutMs = 30_000;
const id = "[\\w-]+";
const action = "[A-Z0-9_]+";

/** The operations of the platform that the demo uses. */
const allowed = {
  GET: anyOf(
    `v1/(?:apps|integrations|connectedAccounts)(?:/${id})?`, `v1/connectedAccounts/${id}/info`, `v1/actions/${action}`,
    `v3/(?:toolkits|auth_configs|connected_accounts)(?:/${id})?`, `v3/tools/${action}`,
  ),
  POST: anyOf(
    "v1/connectedAccounts", `v1/connectedAccounts/${id}/(?:reinitiate|enable|disable)`, `v2/actions/${action}/execute`,
    "v3/connected_accounts(?:/link)?", `v3/connected_accounts/${id}/refresh`, `v3/tools/execute/${action}`,
  ),
  PATCH: anyOf(`v3/connected_accounts/${id}/status`),
  // In the place of an id, `all` would delete the accounts of every user.
  DELETE: anyOf(`(?:v1/connectedAccounts|v3/connected_accounts)/(?![aA][lL][lL]$)${id}`),
};

const authParams = anyOf(`v1/connectedAccounts/${id}/info`);

function anyOf(...paths) {
  return new RegExp(`^/api/(?:${paths.join("|")})$`);
}

/**
 * Forwards a page's request to the platform and adds the project's key, which the page must not know. For a demo on one's
 * own machine: it does not ask who the user is.
 * @param path the platform's path.
 * @param upstream `{ baseUrl, apiKey }`.
 */
export async function forward(request, path, { baseUrl, apiKey }) {
  if (!isOwnPage(request)) return refuse(403, "Only pages of this site may ask");
  const methods = Object.keys(allowed).join(", ");
  if (!Object.hasOwn(allowed, request.method)) return refuse(405, `Only ${methods}`, { allow: methods });
  if (!allowed[request.method].test(path)) return refuse(404, "Not an operation of this demo");
  const body = ["POST", "PATCH"].includes(request.method) ? await readBody(request) : undefined;
  if (body === null) return refuse(413, "The body is too big");
  const contentType = request.headers.get("content-type");
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(baseUrl + path + new URL(request.url).search, {
      method: request.method,
      body,
      headers: { accept: "application/json", "x-api-key": apiKey, ...(contentType && { "content-type": contentType }) },
      // A redirect would carry the key to wherever it points.
      redirect: "error",
      signal: AbortSignal.any([request.signal, timeout]),
    });
    const isSecret = answer.ok && authParams.test(path);
    return new Response(isSecret ? await mask(answer) : answer.body, { status: answer.status, headers: pick(answer.headers) });
  } catch {
    return timeout.aborted ? refuse(504, "The platform did not answer in time") : refuse(502, "The platform could not be reached");
  }
}

/** Browsers say where a request comes from; whoever says nothing is no browser. */
function isOwnPage(request) {
  return [null, "same-origin", "none"].includes(request.headers.get("sec-fetch-site"));
}

/** The whole body; null when it is too big. */
async function readBody(request) {
  if (Number(request.headers.get("content-length")) > bodyLimit) return null;
  const chunks = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > bodyLimit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Auth params without their values: the user's credentials are not for pages. */
async function mask(answer) {
  const { base_url, parameters } = await answer.json();
  return JSON.stringify({ base_url, parameters: parameters.map(({ name, in: place }) => ({ name, in: place, value: "********" })), body: {} });
}

function pick(headers) {
  const kept = ["content-type", "retry-after", "x-request-id"].filter((name) => headers.has(name));
  return { ...harmless, ...Object.fromEntries(kept.map((name) => [name, headers.get(name)])) };
}

/** An answer is data: opened as a page it must do nothing. */
const harmless = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

function refuse(status, message, headers = {}) {
  return Response.json({ message }, { status, headers: { ...harmless, ...headers } });
}
