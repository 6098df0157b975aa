import { randomBytes } from "node:crypto";

const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text) => String(text).replace(/[&<>"']/g, (character) => entities[character]);

/** The sign-in form. `name` is the user name of a failed try. */
export function loginPage({ uid, clientName, users, name = "", hasFailed = false }) {
  const hints = users.map((user) => `<li><b>${escape(user.name)}</b> with <code>${escape(user.password)}</code></li>`);
  return page("Sign in", `
<p>to continue to ${escape(clientName)}</p>
${hasFailed ? '<p class="bad" role="alert">The user name or the password is wrong. Try again.</p>' : ""}
<form method="post" action="/interaction/${escape(uid)}/login">
<label for="username">User name</label>
<input id="username" name="username" value="${escape(name)}" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button name="decision" value="login">Sign in</button>
<button name="decision" value="deny" class="plain" formnovalidate>Cancel</button>
</form>
<aside><p>This is a demo. Its users are:</p><ul>${hints.join("")}</ul></aside>`);
}

/** The consent form. */
export function consentPage({ uid, clientName, userName, scopes }) {
  return page("Allow access?", `
<p><b>${escape(clientName)}</b> wants to use the account of <b>${escape(userName)}</b> to</p>
<ul class="scopes">${scopes.map((scope) => `<li>${escape(scope)}</li>`).join("")}</ul>
<form method="post" action="/interaction/${escape(uid)}/consent">
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny" class="plain">Deny</button>
</form>`);
}

/** A page that explains an error. */
export function errorPage({ title, text }) {
  return page(title, `<p>${escape(text)}</p>`);
}

/**
 * Returns the document and its headers. The policy has no `form-action`, because Chromium applies it to every redirect after the
 * form, and these lead to the platform and the app.
 */
function page(title, body) {
  const nonce = randomBytes(16).toString("base64");
  return {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; style-src 'nonce-${nonce}'; img-src data:; base-uri 'none'; frame-ancestors 'none'`,
      "cache-control": "no-store",
    },
    document: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} - Demo Accounts</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${style}</style>
</head>
<body>
<main>
<p class="brand"><span aria-hidden="true">D</span> Demo Accounts</p>
<h1>${escape(title)}</h1>
${body}
</main>
</body>
</html>
`,
  };
}

const style = `
:root { color-scheme: light dark; --page: #e9f2ef; --card: #fff; --text: #12211c; --soft: #50625b; --line: #b5c6bf; --tint: #eef5f2; --accent: #0b6b4f; --on: #fff; --bad: #b42318; }
@media (prefers-color-scheme: dark) {
  :root { --page: #0d1613; --card: #15221d; --text: #e7f0ec; --soft: #9db0a8; --line: #3b4f47; --tint: #1c2c26; --accent: #5fd0a8; --on: #06231a; --bad: #fda29b; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { width: min(25rem, 100%); padding: 2rem; background: var(--card); border-radius: 1.25rem; box-shadow: 0 1px 2px rgb(0 0 0 / .08), 0 12px 32px rgb(0 0 0 / .1); overflow-wrap: anywhere; }
.brand { display: flex; align-items: center; gap: .6rem; margin: 0 0 1.25rem; font-weight: 600; }
.brand span { display: grid; place-items: center; width: 2rem; height: 2rem; border-radius: 50%; background: var(--accent); color: var(--on); }
h1 { margin: 0 0 .25rem; font-size: 1.6rem; line-height: 1.2; }
p { margin: 0 0 1rem; color: var(--soft); }
p b, .brand { color: var(--text); }
.bad { color: var(--bad); font-weight: 600; }
label { display: block; font-weight: 600; }
input { width: 100%; margin: .25rem 0 1rem; padding: .6rem .75rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: .6rem; }
button { width: 100%; margin-top: .5rem; padding: .7rem 1rem; font: inherit; font-weight: 600; color: var(--on); background: var(--accent); border: 1px solid var(--accent); border-radius: 2rem; cursor: pointer; }
button.plain { color: inherit; background: transparent; border-color: var(--line); }
ul { margin: 0; padding-left: 1.2rem; }
.scopes { margin-bottom: 1rem; padding: .9rem .9rem .9rem 2.1rem; background: var(--tint); border-radius: .75rem; }
aside { margin-top: 1.5rem; padding: .9rem 1rem; background: var(--tint); border-radius: .75rem; font-size: .9rem; }
aside p { margin: 0 0 .25rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;
