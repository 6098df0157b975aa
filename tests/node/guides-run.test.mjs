import assert from "node:assert/strict";
import { afterEach, suite, test } from "node:test";
import { createClient } from "connect-flow";
import { openGuide, waitFor } from "./guide-page.mjs";

let guide;
afterEach(() => guide.close());

const find = (selector) => document.querySelector(selector);
const showsStatus = (text) => waitFor(() => find("#status").textContent === text);
const accounts = () => guide.sandbox.accounts().map(({ app, entityId, status }) => [app, entityId, status]);

suite("the code of the redirect guide", () => {
  test("connects and cleans the address", async () => {
    guide = await openGuide("docs/guides/redirect.md");
    await guide.run();
    assert.equal(find("#status").textContent, "");
    find("#connect").click();
    await waitFor(() => guide.dom.assigned.length);
    assert.ok(find("#connect").disabled);
    await guide.run(await guide.consent(guide.dom.assigned[0]));
    assert.equal(find("#status").textContent, "Gmail is connected.");
    assert.deepEqual(accounts(), [["gmail", "Jessica", "ACTIVE"]]);
    assert.equal(location.href, "https://app.test/connect");
    assert.deepEqual(guide.dom.problems, []);
  });

  test("shows that the user denied access", async () => {
    guide = await openGuide("docs/guides/redirect.md");
    await guide.run();
    find("#connect").click();
    await waitFor(() => guide.dom.assigned.length);
    await guide.run(await guide.consent(guide.dom.assigned[0], "deny"));
    assert.equal(find("#status").textContent, "Nothing was connected: access was not allowed.");
    assert.ok(!find("#connect").disabled);
  });
});

suite("the code of the popup guide", () => {
  test("connects while the page waits", async () => {
    guide = await openGuide("docs/guides/popup.md");
    await guide.run();
    find("#connect").click();
    assert.equal(guide.dom.popups.length, 1, "the popup opens in the click");
    await showsStatus("Please sign in in the other window.");
    assert.ok(!find("#cancel").hidden && find("#connect").disabled);
    // Stands for the page in the popup, which shares storage and channel with its opener.
    const url = await guide.consent(guide.dom.popups[0].url);
    await (await createClient({ baseUrl: "/api/connect" })).completeConnection({ url });
    await showsStatus("Gmail is connected.");
    assert.deepEqual(accounts(), [["gmail", "Jessica", "ACTIVE"]]);
    assert.deepEqual([guide.dom.assigned, guide.dom.problems], [[], []]);
  });

  test("connects again after a cancel", async () => {
    guide = await openGuide("docs/guides/popup.md");
    await guide.run();
    find("#connect").click();
    await showsStatus("Please sign in in the other window.");
    find("#cancel").click();
    await showsStatus("Nothing was connected.");
    find("#connect").click();
    await showsStatus("Please sign in in the other window.");
    assert.equal(guide.dom.popups.length, 2);
    find("#cancel").click();
    await showsStatus("Nothing was connected.");
  });
});

test("the code of the guide for hand-written popups connects while the page waits", async () => {
  guide = await openGuide("docs/guides/from-hand-written-popups.md");
  await guide.run();
  find("#connect").click();
  await showsStatus("Please sign in in the other window.");
  const url = await guide.consent(guide.dom.popups[0].url);
  await (await createClient({ baseUrl: "/api/connect" })).completeConnection({ url });
  await showsStatus("Gmail is connected.");
  assert.deepEqual(accounts(), [["gmail", "Jessica", "ACTIVE"]]);
});

suite("the code of the API key guide", () => {
  const inputs = () => [...document.querySelectorAll("#fields input")];
  const submit = () => find("form").requestSubmit();

  test("connects with the typed values, normalised", async () => {
    guide = await openGuide("docs/guides/api-key-form.md");
    await guide.run();
    const typed = { password: " shpat_0123456789 ", text: "https://acme.myshopify.com/admin" };
    assert.deepEqual(inputs().map(({ type }) => type).sort(), Object.keys(typed));
    for (const input of inputs()) input.value = typed[input.type];
    submit();
    await showsStatus("Shopify is connected.");
    assert.deepEqual(guide.sandbox.accounts().map(({ entityId, data }) => [entityId, data]), [["Jessica", { admin_api_access_token: "shpat_0123456789", shop: "acme" }]]);
    assert.deepEqual(inputs().map(({ value, name }) => value + name), ["", ""]);
    assert.deepEqual(guide.dom.problems, []);
  });

  test("names the missing values without a request", async () => {
    guide = await openGuide("docs/guides/api-key-form.md");
    await guide.run();
    const requestsBefore = guide.sandbox.requests.length;
    submit();
    const problems = [...document.querySelectorAll("#fields small")].map(({ textContent }) => textContent);
    assert.equal(problems.length, 2);
    for (const text of problems) assert.match(text, /is required/);
    assert.equal(guide.sandbox.requests.length, requestsBefore);
  });
});
