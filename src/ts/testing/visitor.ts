/** What a user decides at the authorization server; `fail` is one whose authorization code comes to nothing. */
export type Decision = "allow" | "deny" | "fail";

type Send = (request: Request) => Promise<Response>;

/**
 * Goes the user's way through the sandbox's pages, as a browser does: redirects are followed and forms filled in.
 * @returns where that left the sandbox; null when it ended there.
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
    if (decision === "fail" && text.includes('name="decision"')) url = refused(url);
    else form = filled(text, decision);
  }
  return url.href;
}

/** The authorization response with a code that nobody has issued. */
function refused(asked: URL): URL {
  const back = new URL(asked.searchParams.get("redirect_uri") ?? "");
  back.searchParams.set("code", "refused");
  back.searchParams.set("state", asked.searchParams.get("state") ?? "");
  return back;
}

function filled(text: string, decision: Decision): URLSearchParams {
  const form = new URLSearchParams();
  for (const [input] of text.matchAll(/<input[^>]*>/g)) {
    const [name, value] = ["name", "value"].map((attribute) => input.match(new RegExp(` ${attribute}="([^"]*)"`))?.[1]);
    if (name) form.set(name, value || "sandbox");
  }
  if (text.includes('name="decision"')) form.set("decision", decision);
  return form;
}
