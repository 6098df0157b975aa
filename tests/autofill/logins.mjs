// Saves a login in each browser's password manager.

const chromium = async (browser, { origin, username, password }) => {
  await browser.url("chrome://password-manager/passwords");
  await browser.executeAsync((login, done) => {
    globalThis.chrome.passwordsPrivate.addPassword({ ...login, note: "", useAccountStore: false }).then(done, (error) => done(String(error)));
  }, { url: origin, username, password });
};

const firefox = async (browser, { origin, username, password }) => {
  const { hostname, port } = browser.options;
  const ask = async (path, body) => {
    const response = await fetch(`http://${hostname}:${port}/session/${browser.sessionId}/${path}`, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  };
  await ask("moz/context", { context: "chrome" });
  const script = `const [origin, username, password, done] = arguments;
    const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
    login.init(origin, origin, null, username, password, "", "");
    Services.logins.addLoginAsync(login).then(() => done(), done);`;
  await ask("execute/async", { script, args: [origin, username, password] });
  await ask("moz/context", { context: "content" });
};

/** By engine name: saves a login for an origin. */
export const saveLogin = { chromium, firefox };
