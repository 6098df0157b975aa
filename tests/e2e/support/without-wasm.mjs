/** Whether the suite runs where WebAssembly is forbidden, as in Safari's Lockdown Mode or under a policy that does not name it. */
export const withoutWasm = Boolean(process.env.E2E_WITHOUT_WASM);

/** What such a page then notes: only by asking is it known whether WebAssembly is allowed. */
export const REFUSED = "content security policy: script-src wasm-eval";

/** Takes WebAssembly out of the policy of the page that a server is about to send. */
export function forbidWasm(response) {
  const { writeHead } = response;
  response.writeHead = function (status, headers = {}) {
    for (const [name, value] of Object.entries(headers)) this.setHeader(name, value);
    const policy = this.getHeader("content-security-policy");
    if (policy) this.setHeader("content-security-policy", policy.replace(" 'wasm-unsafe-eval'", ""));
    return writeHead.call(this, status);
  };
}
