// Sends a request and reads its answer: what a page's own `fetch` answers may be a proxy, or changed, and any look at it may throw.

// What became of it, as fetch.rs knows it.
const ANSWERED = 0;
const REDIRECTED = 1;
const FOREIGN = 2;
const UNREADABLE = 3;
const UNREACHABLE = 4;

/** What a chunk without a byte counts as: such may come without an end, and without a task in which time could pass. */
const EMPTY_CHUNK = 1_000;

/** What this comes to is nobody's concern. */
const attempt = async (work) => {
  try {
    await work();
  } catch { /* Refused, or given up already. */ }
};

/**
 * Never rejects. Resolves to what became of it, and then the status, the body (undefined when it is larger than `maxBytes`) and
 * some headers of an answer; the status of a redirect; what was thrown or came in place of an answer.
 *
 * @param own in place of the page's `fetch`, which is looked up for each request, so that what the page patches in counts.
 * @param controller of the request: reading ends when it is aborted, whoever ignores that.
 */
export async function exchange(own, request, maxBytes, controller) {
  let thrown = UNREACHABLE;
  try {
    const response = await (own ?? fetch)(request);
    if (!(response instanceof Response)) return [FOREIGN, response];
    thrown = UNREADABLE;
    const { status, type, headers } = response;
    // A browser hides the status. A page's own `fetch` may show it, or have followed.
    if (/^30[12378]$/.test(status) || type === "opaqueredirect" || response.redirected) {
      const { body } = response;
      attempt(() => body.cancel());
      return [REDIRECTED, status];
    }
    // `Response.error()`, and what a service worker makes of a failure.
    if (!status) return [UNREACHABLE, response];
    const read = ["retry-after-ms", "retry-after", "date", "x-request-id", "cache-control"].map((name) => headers.get(name));
    // Chromium shows such an answer as cancelled when a page has read its stream, but not when it reads a copy by itself. Only of
    // the network: that ends with the request.
    if (/no-store/.test(read[4]) && type !== "default") attempt(() => response.clone().arrayBuffer());
    // Of a response that was cloned it is another.
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
