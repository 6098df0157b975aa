/**
 * Puts a script of the same origin at the beginning of the document that a server is about to send. A policy that allows no
 * scripts at all, as that of the provider's pages, lets in this origin's.
 * @param origins which else a page may ask.
 */
export function inject(response, script, origins) {
  const { writeHead, write, end } = response;
  const chunks = [];
  let isPage = false;
  response.writeHead = function (status, headers = {}) {
    for (const [name, value] of Object.entries(headers)) this.setHeader(name, value);
    isPage = String(this.getHeader("content-type")).startsWith("text/html");
    if (isPage) {
      this.removeHeader("content-length");
      const policy = this.getHeader("content-security-policy");
      if (policy) this.setHeader("content-security-policy", letIn(letIn(policy, "script-src", ["'self'"]), "connect-src", ["'self'", ...origins]));
    }
    return writeHead.call(this, status);
  };
  response.write = function (chunk, ...rest) {
    if (!this.headersSent) this.writeHead(this.statusCode);
    if (!isPage) return write.call(this, chunk, ...rest);
    chunks.push(Buffer.from(chunk));
    return true;
  };
  response.end = function (chunk, ...rest) {
    if (!this.headersSent) this.writeHead(this.statusCode);
    if (!isPage) return end.call(this, chunk, ...rest);
    if (chunk && typeof chunk !== "function") chunks.push(Buffer.from(chunk));
    const document = Buffer.concat(chunks).toString();
    return end.call(this, document.replace(/<head>|(?<=<!doctype html>)/i, (head) => head + script));
  };
}

/** The policy with more sources of a directive. */
function letIn(policy, name, more) {
  const directives = policy.split(";").map((directive) => directive.trim().split(/\s+/));
  const own = directives.find(([key]) => key === name);
  const [, ...sources] = own ?? directives.find(([key]) => key === "default-src") ?? [name, "'self'"];
  const missing = more.filter((source) => !sources.includes(source));
  if (missing.length === 0) return policy;
  const wider = [name, ...sources.filter((source) => source !== "'none'"), ...missing];
  return [...directives.filter((directive) => directive !== own), wider].map((directive) => directive.join(" ")).join("; ");
}
