/** What a user decides at the authorization server. */
export type Decision = "allow" | "deny";

type Send = (request: Request) => Promise<Response>;

/**
 * Follows the redirects of the sandbox and fills in its forms, as a user's browser does. Works without a DOM, on the sandbox's own pages only.
 * @returns the first URL outside of the sandbox; null if the way ended inside.
 */
export async function visit(send: Send, address: string, decision: Decision): Promise<string | null> {
  const { origin } = new URL(address);
  let url = new URL(address);
  let form: URLSearchParams | undefined;
  while (url.origin === origin) {
    const response = await send(new Request(url.href, form ? { method: "POST", body: form.toString(), headers: { "content-type": "application/x-www-form-urlencoded" } } : {}));
    const location = response.headers.get("location");
    form = undefined;
    if (location) {
      url = new URL(location, url);
      continue;
    }
    const text = await response.text();
    if (!response.ok || !text.includes("<form")) return null;
    form = fillInForm(text, decision);
  }
  return url.href;
}

function fillInForm(text: string, decision: Decision): URLSearchParams {
  const form = new URLSearchParams();
  for (const [input] of text.matchAll(/<input[^>]*>/g)) {
    const [name, value] = ["name", "value"].map((attribute) => input.match(new RegExp(` ${attribute}="([^"]*)"`))?.[1]);
    if (name) form.set(name, value || "sandbox");
  }
  if (text.includes('name="decision"')) form.set("decision", decision);
  return form;
}
