import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, suite, test } from "node:test";
import { createClient } from "connect-flow";
import { createGateway } from "connect-flow/server";
import { openBrowser } from "../e2e/support/browser.mjs";
import { popup } from "../e2e/support/tabs.mjs";
import { until } from "../e2e/support/until.mjs";
import { Browser } from "../node/browser.mjs";
import { collect, memoryStorage, wasmUrl } from "../node/client.mjs";
import { program, startSandbox } from "./support/command.mjs";
import { installTarball, root, run } from "./support/installed.mjs";

const site = "https://app.test";
const guide = readFileSync(join(root, "docs/guides/sandbox.md"), "utf8");
const toolkits = "/api/v3.1/toolkits";

/** A client of a gateway that takes its options from the printed lines of `.env`. */
function clientOf({ output }, options) {
  const env = Object.fromEntries([...output.matchAll(/^ *(COMPOSIO_\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]));
  const gateway = createGateway({
    upstream: env.COMPOSIO_BASE_URL,
    apiKey: env.COMPOSIO_API_KEY ?? "",
    authenticate: () => "Jessica",
    allow: { operations: ["connect", "manage", "apps.list"], apps: ["gmail", "firecrawl", "our_crm"] },
    redirectOrigins: [site],
    onError: () => {},
  });
  return createClient({
    wasmUrl, baseUrl: `${site}/api/connect`, redirectUrl: `${site}/done`, storage: memoryStorage(), fetch: (request) => gateway(request), ...options,
  });
}

suite("npx connect-flow sandbox", () => {
  let installed;
  before(async () => { installed = await installTarball(); });
  after(() => installed?.close());

  /** Runs a test with a sandbox, and ends it. */
  const withSandbox = async (args, use) => {
    const sandbox = await startSandbox(installed.folder, ["--port", "0", ...args]);
    try {
      await use(sandbox);
    } finally {
      await sandbox.stop();
    }
  };
  const get = ({ url, key }, path = toolkits, headers) => fetch(url + path, { headers: { "x-api-key": key, ...headers } });

  for (const api of ["v3.1", "v3"]) {
    test(`connects Gmail through a gateway that speaks ${api}`, () => withSandbox([], async (sandbox) => {
      const client = await clientOf(sandbox, { api });
      const { redirectUrl, connectedAccountId } = await client.initiateConnection({ app: "gmail" });
      assert.equal(new URL(redirectUrl).origin, sandbox.url);
      const browser = new Browser({ stopAt: site });
      const back = await browser.submit(await browser.visit(redirectUrl), { decision: "allow" });
      const done = await client.completeConnection({ url: back.url.href });
      assert.deepEqual([done.connectionStatus, done.connectedAccountId], ["ACTIVE", connectedAccountId]);
      client.dispose();
    }));
  }

  test("refuses a connection that the user denied on its consent page", () => withSandbox([], async (sandbox) => {
    const client = await clientOf(sandbox);
    const { redirectUrl } = await client.initiateConnection({ app: "gmail" });
    const browser = new Browser({ stopAt: site });
    const consent = await browser.visit(redirectUrl);
    assert.match(consent.headers.get("content-security-policy"), /^default-src 'none';/);
    assert.doesNotMatch(consent.text, /<script/);
    const back = await browser.submit(consent, { decision: "deny" });
    await assert.rejects(client.completeConnection({ url: back.url.href }), { code: "access_denied" });
    client.dispose();
  }));

  test("connects the API key app of the guide's JSON file through a gateway", async () => {
    const [, apps] = guide.match(/^```json\n([^]*?)^```$/m);
    // Some editors begin a file with a byte order mark.
    writeFileSync(join(installed.folder, "own.json"), `\uFEFF${apps}`);
    await withSandbox(["--apps", "own.json"], async (sandbox) => {
      assert.match(sandbox.output, /^ +apps +gmail, .*, notion, our_crm$/m);
      const client = await clientOf(sandbox);
      const flow = client.flow({ app: "our_crm" });
      await flow.load();
      assert.deepEqual(flow.getSnapshot().expectedInputFields.map(({ name, secret }) => [name, secret]), [["api_key", true], ["region", false]]);
      const { state, account } = await flow.submit({ api_key: "k-1" });
      assert.deepEqual([state, account.app], ["connected", "our_crm"]);
      client.dispose();
    });
  });

  suite("its own page, in Chromium", () => {
    let session, sandbox;
    const shows = (pattern) => until(session.browser, `the page shows ${pattern}`, () => session.browser.$("#status").getText(), (text) => pattern.test(text));
    const choose = (app) => session.browser.$("select").selectByVisibleText(app);
    before(async () => { [session, sandbox] = await Promise.all([openBrowser(), startSandbox(installed.folder, ["--port", "0"])]); });
    after(() => Promise.all([session?.close(), sandbox?.stop()]));
    beforeEach(async () => {
      await session.browser.url(sandbox.url);
      await session.browser.$("button").waitForEnabled();
    });
    afterEach(async () => assert.deepEqual(await session.log(), []));

    test("connects Gmail by popup", async () => {
      const { closed } = await popup(session.browser, () => session.browser.$("button").click());
      await session.browser.$("button[value=allow]").click();
      await closed();
      await shows(/^gmail is connected: the account ca_\S+ is ACTIVE\.$/);
    });

    test("connects an app that is not the first one by redirect, where popups are blocked", async () => {
      await choose("own_crm");
      await session.browser.$("button").waitForEnabled();
      await session.browser.execute(() => { window.open = () => null; });
      await session.browser.$("button").click();
      await session.browser.$("button[value=allow]").click();
      await shows(/^own_crm is connected/);
      assert.equal(await session.browser.getUrl(), `${sandbox.url}/`);
    });

    test("says that Hacker News needs no authentication, and then connects another app", async () => {
      await choose("hackernews");
      await shows(/^hackernews needs no authentication, so there is nothing to connect\.$/);
      assert.equal(await session.browser.$("button").isEnabled(), false);
      await choose("gmail");
      await session.browser.$("button").waitForEnabled();
    });

    test("connects Firecrawl by its key, and reports a missing key", async () => {
      await choose("firecrawl");
      await session.browser.$("#fields input").waitForExist();
      await session.browser.$("button").waitForEnabled();
      await session.browser.$("button").click();
      await shows(/is required/);
      await session.browser.$("#fields input").setValue("fc-1");
      await session.browser.$("button").click();
      await shows(/^firecrawl is connected/);
    });
  });

  test("runs by npx in the folder of the app", async () => {
    const { stdout } = await run("npx", ["--no-install", "connect-flow", "--version"], installed.folder);
    assert.equal(stdout.trim(), "0.1.0");
  });

  test("runs twice at a time, on two ports", async () => {
    const [one, two] = [await startSandbox(installed.folder), await startSandbox(installed.folder)];
    try {
      assert.notEqual(one.url, two.url);
      const { port } = new URL(two.url);
      assert.ok(two.output.includes(`Port 4010 is taken, so this sandbox listens on ${port}: use this baseUrl.`));
      for (const sandbox of [one, two]) assert.equal((await get(sandbox)).status, 200);
    } finally {
      await Promise.all([one.stop(), two.stop()]);
    }
  });

  for (const signal of ["SIGINT", "SIGTERM"]) {
    test(`ends with code 0 on ${signal} during a request, and frees its port`, async () => {
      const first = await startSandbox(installed.folder, ["--port", "0", "--fail", "hang"]);
      const hanging = assert.rejects(get(first));
      // The connection of a browser that keeps it open.
      const idle = connect(new URL(first.url).port, "127.0.0.1").on("error", () => {});
      await new Promise((resolve) => idle.once("connect", resolve));
      const { code, output, errors } = await first.stop(signal);
      assert.deepEqual([code, errors], [0, ""]);
      assert.match(output, /has stopped/);
      await hanging;
      const second = await startSandbox(installed.folder, ["--port", new URL(first.url).port]);
      assert.equal(second.url, first.url);
      await second.stop();
    });
  }

  test("listens on the loopback address only", () => withSandbox([], async ({ url }) => {
    const { port } = new URL(url);
    await assert.rejects(fetch(`http://127.0.0.2:${port}/`), (error) => error instanceof TypeError);
  }));

  test("refuses a request by a name that is not of this machine", () => withSandbox([], async (sandbox) => {
    const status = (host) => new Promise((resolve, reject) => {
      const socket = connect(new URL(sandbox.url).port, "127.0.0.1", () => socket.write(`GET ${toolkits} HTTP/1.1\r\nhost: ${host}\r\nx-api-key: ${sandbox.key}\r\nconnection: close\r\n\r\n`));
      socket.setEncoding("utf8").once("data", (text) => resolve(Number(text.split(" ")[1]))).once("error", reject);
    });
    assert.deepEqual(await Promise.all(["rebound.example", "localhost.example:80", "localhost", "127.0.0.1"].map(status)), [403, 403, 200, 200]);
  }));

  test("answers pages of this machine across origins, and no others", () => withSandbox([], async (sandbox) => {
    const allowed = async (origin) => (await get(sandbox, toolkits, { origin })).headers.get("access-control-allow-origin");
    assert.deepEqual(await Promise.all(["http://localhost:5173", "https://localhost.example", "https://app.test", "null"].map(allowed)), ["http://localhost:5173", null, null, null]);
    const preflight = await fetch(sandbox.url + toolkits, {
      method: "OPTIONS", headers: { origin: "http://localhost:5173", "access-control-request-method": "POST", "access-control-request-headers": "x-api-key" },
    });
    assert.deepEqual([preflight.status, preflight.headers.get("access-control-allow-headers")], [204, "x-api-key"]);
  }));

  test("answers each request --latency milliseconds later", () => withSandbox(["--latency", "250"], async (sandbox) => {
    const startMs = performance.now();
    assert.equal((await get(sandbox)).status, 200);
    assert.ok(performance.now() - startMs >= 250);
  }));

  test("fails the first requests with --fail, and then answers", () => withSandbox(["--fail", "429,times=2,retryAfter=7", "--fail", "503,times=1"], async (sandbox) => {
    const answers = [];
    for (let index = 0; index < 4; index += 1) answers.push(await get(sandbox));
    assert.deepEqual(answers.map(({ status }) => status), [429, 429, 503, 200]);
    assert.equal(answers[0].headers.get("retry-after"), "7");
  }));

  test("drops the connections of one operation with --fail", () => withSandbox(["--fail", `drop,method=GET,path=${toolkits}/*`], async (sandbox) => {
    await assert.rejects(get(sandbox, `${toolkits}/gmail`), TypeError);
    await assert.rejects(get(sandbox, `${toolkits}/gmail`), TypeError);
    assert.equal((await get(sandbox)).status, 200);
  }));

  test("a client repeats what --fail broke and connects", () => withSandbox(["--fail", "503,times=1", "--fail", "drop,times=1"], async (sandbox) => {
    const client = await clientOf(sandbox);
    const flow = client.flow({ app: "firecrawl" });
    await flow.load();
    assert.equal((await flow.submit({ api_key: "fc-1" })).state, "connected");
    client.dispose();
  }));

  test("ends the next sign-ins as --next says, and later ones with a connection", () => withSandbox(["--next", "failed", "--next", "slow,activeAfterMs=0"], async (sandbox) => {
    const client = await clientOf(sandbox);
    const ends = [];
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const { redirectUrl } = await client.initiateConnection({ app: "gmail" });
      const browser = new Browser({ stopAt: site });
      const back = await browser.submit(await browser.visit(redirectUrl), { decision: "allow" });
      ends.push(await client.completeConnection({ url: back.url.href }).then(({ connectionStatus }) => connectionStatus, ({ code }) => code));
    }
    assert.deepEqual(ends, ["account_failed", "ACTIVE", "ACTIVE"]);
    client.dispose();
  }));

  test("has the accounts of --account, and reconnects an expired one", () => withSandbox(["--account", "firecrawl,entityId=Jessica,alias=work,status=EXPIRED", "--account", "gmail,entityId=Melissa"], async (sandbox) => {
    const client = await clientOf(sandbox);
    const [old, ...others] = await collect(client.connectedAccounts.list());
    assert.deepEqual([old.app, old.alias, old.status, others.length], ["firecrawl", "work", "EXPIRED", 0]);
    const flow = client.flow({ reconnect: old.id });
    await flow.load();
    const { state, account } = await flow.submit({ api_key: "fc-2" });
    assert.deepEqual([state, account.alias, account.status], ["connected", "work", "ACTIVE"]);
    client.dispose();
  }));

  /** Each mistake: [arguments, exit code, message, content of apps.json] */
  const mistakes = {
    "no command": [[], 2, /^connect-flow: a command is missing\. Run `npx connect-flow sandbox`\. `npx connect-flow --help` lists the options\.$/],
    "a command for help": [["help"], 2, /`help` is not a command\. .*`npx connect-flow --help` lists the options\.$/],
    "an unknown command": [["sandox"], 2, /`sandox` is not a command\. Run `npx connect-flow sandbox`/],
    "a second command": [["sandbox", "start"], 2, /`sandbox` takes options only, got `start`/],
    "a misspelt option": [["sandbox", "--prot", "5000"], 2, /`--prot` is not an option\. Did you mean `--port`\?/],
    "an unknown short option": [["sandbox", "-p", "5000"], 2, /`-p` is not an option\. `npx connect-flow --help` lists the options/],
    "an option without its value": [["sandbox", "--port"], 2, /`--port` needs a value/],
    "a port that is no number": [["sandbox", "--port", "80a"], 2, /`--port` must be an integer from 0 to 65535, got `80a`/],
    "a port that is too high": [["sandbox", "--port=65536"], 2, /`--port` must be an integer from 0 to 65535, got `65536`/],
    "a negative latency": [["sandbox", "--latency", "-1"], 2, /`--latency` must be an integer from 0 to 600000 \(milliseconds\), got `-1`/],
    "a latency that is a fraction": [["sandbox", "--latency", "0.5"], 2, /`--latency` must be .*, got `0\.5`/],
    "an unknown fault": [["sandbox", "--fail", "hangs"], 2, /`--fail hangs`: `hangs` is not a fault. Did you mean `hang`\? Valid: a status from 200 to 599, such as `503`, or html, truncated, empty204, drop, hang, hugeBody\.$/],
    "a fault that resembles none": [["sandbox", "--fail", "foo"], 2, /`foo` is not a fault. Valid: a status from 200 to 599, such as `503`, or html/],
    "the kind of a status in place of its number": [["sandbox", "--fail", "status,status=503"], 2, /`status` is not a fault. .*such as `503`/],
    "a fault that only tests have": [["sandbox", "--fail", "deprecated"], 2, /`deprecated` is not a fault/],
    "a delay in place of --latency": [["sandbox", "--fail", "delay,ms=5"], 2, /`delay` is not a fault/],
    "a member of a fault that only tests have": [["sandbox", "--fail", "503,body=5"], 2, /`body` is not a member of `503`. Valid: times, method, path, retryAfter\.$/],
    "an unknown method": [["sandbox", "--fail", "503,method=FOO"], 2, /`method` must be GET, POST, PATCH or DELETE, got `FOO`\.$/],
    "a time to wait in words": [["sandbox", "--fail", "503,retryAfter=soon"], 2, /`retryAfter` must be an integer from 0 to 999999999 \(seconds\), got `soon`\.$/],
    "a time to wait without a status": [["sandbox", "--fail", "drop,retryAfter=1"], 2, /`retryAfter` is not a member of `drop`/],
    "a number of requests that is 0": [["sandbox", "--fail", "503,times=0"], 2, /`times` must be an integer from 1 to 999999999, got `0`\.$/],
    "a path without a slash": [["sandbox", "--fail", "503,path=api"], 2, /`path` must be a path such as `\/api\/v3\.1\/toolkits\/\*`: (?!.*regular expression).*, got `api`\.$/],
    "a path with an asterisk in it": [["sandbox", "--fail", "503,path=/api/*/link"], 2, /`path` must be a path .*`\*` only at the end/],
    "a member of a fault given twice": [["sandbox", "--fail", "503,times=1,times=2"], 2, /`times` is given twice\.$/],
    "an option given twice": [["sandbox", "--port", "5000", "--port=6000"], 2, /^connect-flow: `--port` is given twice\. Give it once\.$/],
    "a fault with a status that does not exist": [["sandbox", "--fail", "99"], 2, /`--fail 99`: `99` is not a fault. .* 200 to 599/],
    "a misspelt member of a fault": [["sandbox", "--fail", "503,time=2"], 2, /`time` is not a member of `503`. Did you mean `times`\?/],
    "a member of a fault without a value": [["sandbox", "--fail", "503,2"], 2, /`--fail 503,2`: expected a member such as `times=2`, got `2`/],
    "an unknown outcome": [["sandbox", "--next", "slwo"], 2, /`--next slwo`: `slwo` is not an outcome\. Did you mean `slow`\? Valid: connected, failed, slow, .*\.$/],
    "an outcome that is what the user does": [["sandbox", "--next", "denied"], 2, /`--next denied`: `denied` is what a user does: press Deny on the consent page\.$/],
    "a member that the outcome does not have": [["sandbox", "--next", "failed,afterMs=5"], 2, /`afterMs` is not a member of `failed`\. It has no members\.$/],
    "a duration that is no number": [["sandbox", "--next", "slow,activeAfterMs=5s"], 2, /`activeAfterMs` must be an integer from 0 to 999999999 \(milliseconds\), got `5s`\.$/],
    "a verifier without a scheme": [["sandbox", "--next", "session,verifierUrl=/verify"], 2, /`verifierUrl` must be an http or https URL, got `\/verify`\.$/],
    "an account of an unknown app": [["sandbox", "--port", "0", "--account", "gmial"], 2, /`--account gmial`: `gmial` is not the key of an app: did you mean `gmail`\?/],
    "an account with an unknown status": [["sandbox", "--port", "0", "--account", "gmail,status=GONE"], 2, /`status` of an account must be one of ACTIVE, .*, got `GONE`\.$/],
    "a misspelt member of an account": [["sandbox", "--port", "0", "--account", "gmail,entity=Jessica"], 2, /`entity` is not a member of an account: did you mean `entityId`\?/],
    "a missing file": [["sandbox", "--apps", "missing.json"], 2, /`--apps` names a file that does not exist: .*missing\.json\. Expected a JSON array of apps, such as \[\{/],
    "a folder in place of a file": [["sandbox", "--apps", "node_modules"], 2, /`--apps` must name a file, got the folder .*node_modules/],
    "JSON with a comma too many": [["sandbox", "--apps", "apps.json"], 2, /apps\.json is not valid JSON: Unexpected token .\].*"otion" }, \] "\.$/, '[\n  { "key": "notion" },\n]\n'],
    "JSON with single quotes": [["sandbox", "--apps", "apps.json"], 2, /apps\.json is not valid JSON: Expected property name .*at line 2, column 5\.$/, "[\n  { 'key': 'notion' }\n]"],
    "JSON that ends too early": [["sandbox", "--apps", "apps.json"], 2, /Expected .,. or .}. after property value at line 1, column 19\.$/, '[{ "key": "notion"'],
    "JSON with text after it": [["sandbox", "--apps", "apps.json"], 2, /Unexpected non-whitespace character after JSON at line 1, column 4\.$/, "[] null"],
    "JSON of 100,000 brackets": [["sandbox", "--apps", "apps.json"], 2, /^connect-flow: apps\.json is not valid JSON: .*\.$/, "[".repeat(100_000)],
    "an error after a string of 12 MB": [["sandbox", "--apps", "apps.json"], 2, /^connect-flow: apps\.json is not valid JSON: Unexpected token .x.*\.$/, `["${"a".repeat(12_000_000)}", x]`],
    "a file in UTF-16": [["sandbox", "--apps", "apps.json"], 2, /^connect-flow: apps\.json must be UTF-8, got UTF-16/, Buffer.from("\uFEFF[]", "utf16le")],
    "a file in Latin-1": [["sandbox", "--apps", "apps.json"], 2, /^connect-flow: apps\.json must be UTF-8, got another encoding\.$/, Buffer.from('[{ "key": "a", "name": "\u00e9" }]', "latin1")],
    "an object in place of the list": [["sandbox", "--apps", "apps.json"], 2, /apps\.json must hold a JSON array of apps, such as .*, got a JSON object\./, "{}"],
    "a wrong member of a field": [
      ["sandbox", "--apps", "apps.json"], 2, /^connect-flow: apps\.json: `isSecret` of `apps\[1\]\.fields\[0\]` must be true or false, got `yes`\.$/,
      '[{ "key": "notion" }, { "key": "crm", "fields": [{ "name": "token", "isSecret": "yes" }] }]',
    ],
    "a misspelt member of an app": [["sandbox", "--apps", "apps.json"], 2, /`auth_scheme` is not a member of `apps\[0\]`: did you mean `authScheme`\?/, '[{ "key": "notion", "auth_scheme": "BASIC" }]'],
    "an app that the sandbox has already": [["sandbox", "--apps", "apps.json"], 2, /`key` of `apps\[0\]` must be unique, got `gmail` twice/, '[{ "key": "gmail" }]'],
  };
  for (const [label, [args, code, message, json]] of Object.entries(mistakes)) {
    test(`explains ${label}`, () => {
      if (json !== undefined) writeFileSync(join(installed.folder, "apps.json"), json);
      const { status, stdout, stderr } = spawnSync(program(installed.folder), args, { cwd: installed.folder, encoding: "utf8" });
      assert.deepEqual([status, stdout], [code, ""]);
      assert.match(stderr.trimEnd(), message);
      assert.equal(stderr.trimEnd().split("\n").length, 1, "one line, without a stack");
    });
  }

  for (const args of [["--help"], ["sandbox", "--port", "0"]]) {
    test(`explains an output that cannot be written: ${args[0]}`, { skip: !existsSync("/dev/full") && "needs /dev/full" }, () => {
      const full = openSync("/dev/full", "w");
      const { status, stderr } = spawnSync(program(installed.folder), args, { encoding: "utf8", stdio: ["ignore", full, "pipe"], timeout: 30_000 });
      closeSync(full);
      assert.equal(status, 1);
      assert.match(stderr, /^connect-flow: the output cannot be written: ENOSPC.*\n$/);
    });
  }

  test("explains a taken port", () => withSandbox([], async ({ url }) => {
    const { port } = new URL(url);
    const { status, stderr } = spawnSync(program(installed.folder), ["sandbox", "--port", port], { encoding: "utf8" });
    assert.equal(status, 1);
    assert.equal(stderr, `connect-flow: port ${port} is taken by another program. Choose another \`--port\`, or leave it out for a free one.\n`);
  }));

  test("--help and the guide list the same options", () => {
    const { status, stdout } = spawnSync(program(installed.folder), ["sandbox", "--help"], { encoding: "utf8" });
    assert.equal(status, 0);
    const listed = [...stdout.matchAll(/^ {2}(--\w+)/gm)].map(([, option]) => option);
    const table = guide.split("| option |")[1].split("\n\n")[0];
    assert.deepEqual(listed, ["--port", "--apps", "--latency", "--fail", "--next", "--account", "--help", "--version"]);
    assert.deepEqual([...table.matchAll(/`(--\w+)/g)].map(([, option]) => option), listed);
  });
});
