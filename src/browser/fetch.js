// Sends a request and reads its answer. In JavaScript, because a page may patch `fetch` and any access to its response may throw.

// Outcomes, the same as in fetch.rs.
const ANSWERED = 0;
const REDIRECTED = 1;
const FOREIGN = 2;
const UNREADABLE = 3;
const UNREACHABLE = 4;

/** How many bytes an empty chunk counts as. A stream can yield empty chunks for ever without letting a timer run. */
const EMPTY_CHUNK = 1_000;

/** Runs `work` and ignores errors. */
const attempt = async (work) => {
  try {
    await work();
  } catch { /* Ignored. */ }
};

/**
 * Sends a request. Never rejects.
 *
 * @param own the client's option `fetch`. Default: the page's `fetch` at this moment, which may be patched.
 * @param controller aborts the request. Reading ends then, even if `fetch` ignores the signal.
 * @returns `[ANSWERED, status, body, ...headers]`, where the body is undefined if it is larger than `maxBytes`; `[REDIRECTED, status]`; or
 *   another outcome with the exception or the value that came instead of a response.
 */
export async function exchange(own, request, maxBytes, controller) {
  let thrown = UNREACHABLE;
  try {
    const response = await (own ?? fetch)(request);
    if (!(response instanceof Response)) return [FOREIGN, response];
    thrown = UNREADABLE;
    const { status, type, headers } = response;
    // Browsers hide the status of a redirect. A patched `fetch` may show it, or follow the redirect.
    if (/^30[12378]$/.test(status) || type === "opaqueredirect" || response.redirected) {
      const { body } = response;
      attempt(() => body.cancel());
      return [REDIRECTED, status];
    }
    // `Response.error()`, for example from a service worker.
    if (!status) return [UNREACHABLE, response];
    const read = ["retry-after-ms", "retry-after", "date", "x-request-id", "cache-control", "deprecation", "sunset"].map((name) => headers.get(name));
    // Chromium's developer tools show a `no-store` answer as cancelled unless a clone is read, too. Only for network responses, whose clone
    // ends with the request.
    if (/no-store/.test(read[4]) && type !== "default") attempt(() => response.clone().arrayBuffer());
    // Read after cloning, which replaces the body.
    const { body } = response;
    let text = "";
    if (body && typeof body === "object" && !body.locked) {
      const reader = body.getReader();
      const decoder = new TextDecoder();
      for (let size = 0; ;) {
        const reading = reader.read();
        thrown = UNREACHABLE;
        const next = await reading;
        thrown = UNREADABLE;
        const { done, value } = next;
        if (done || controller.signal.aborted) break;
        size += Math.max(value.byteLength, 0) || EMPTY_CHUNK;
        if (size > maxBytes) {
          controller.abort();
          attempt(() => reader.cancel());
          text = undefined;
          break;
        }
        text += decoder.decode(value, { stream: true });
      }
    }
    return [ANSWERED, status, text, ...read];
  } catch (cause) {
    return [thrown, cause];
  }
}
