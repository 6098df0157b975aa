/** Redirects the browser. The URL may contain one-time secrets, so it is neither cached nor sent on as a referrer. */
export function redirectResponse(url: string): Response {
  return new Response(null, {
    status: 302,
    headers: { location: url, "cache-control": "no-store", "referrer-policy": "no-referrer" },
  });
}

/** Text that is HTML, which `html` inserts without escaping it. */
export class Markup {
  constructor(readonly text: string) {}
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escapeValue(value: unknown): string {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(escapeValue).join("");
  if (value === undefined || value === null || value === false) return "";
  return String(value).replace(/[&<>"']/g, (character) => entities[character] as string);
}

/** A template tag for HTML. It escapes every value except {@link Markup}. */
export function html(parts: TemplateStringsArray, ...values: unknown[]): Markup {
  return new Markup(parts.reduce((text, part, index) => text + escapeValue(values[index - 1]) + part));
}

/**
 * A page of the sandbox. Its policy has no `form-action`, because Chromium applies that to every redirect after the form, and those lead to the
 * authorization server and to the app.
 * @param policy further directives. Default: none, and so no scripts.
 */
export function pageResponse(status: number, title: string, body: Markup, policy = ""): Response {
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${new Markup(style)}</style>
</head>
<body>
<main>
<p class="brand">Sandbox platform</p>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
  return new Response(document.text, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy":
        `default-src 'none'; style-src 'nonce-${nonce}'; img-src data:; base-uri 'none'; frame-ancestors 'none'${policy && `; ${policy}`}`,
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
  });
}

const style = `
:root { color-scheme: light dark; --page: #f3f4f8; --card: #fff; --text: #1b1f2a; --soft: #5a6172; --line: #c6cad6; --accent: #4338ca; --on: #fff; --bad: #b42318; }
@media (prefers-color-scheme: dark) {
  :root { --page: #11131a; --card: #1b1e28; --text: #eceef4; --soft: #a3a9ba; --line: #454b5e; --accent: #a5b4fc; --on: #16182a; --bad: #fda29b; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { width: min(26rem, 100%); padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 .75rem; font-size: 1.35rem; line-height: 1.25; }
p { margin: 0 0 1rem; }
.brand { color: var(--soft); font-size: .85rem; margin-bottom: .5rem; }
.bad { color: var(--bad); }
label { display: block; font-weight: 600; }
small { display: block; color: var(--soft); }
input, select { width: 100%; margin: .25rem 0 1rem; padding: .55rem .7rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: .5rem; }
button { width: 100%; margin-top: .5rem; padding: .65rem 1rem; font: inherit; font-weight: 600; color: var(--on); background: var(--accent); border: 1px solid var(--accent); border-radius: .5rem; cursor: pointer; }
button.plain { color: inherit; background: transparent; border-color: var(--line); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;
