import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { deadLinks } from "../../scripts/docs/links.mjs";

const folder = await mkdtemp(join(tmpdir(), "connect-flow-site-"));
after(() => rm(folder, { recursive: true, force: true }));

/** The dead links of a site with these files, which is served at `/docs/`. */
async function check(files) {
  await rm(folder, { recursive: true, force: true });
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return deadLinks({ folder, base: "/docs/", tools: process.env.DOCS_TOOLS });
}

test("links to pages, files, anchors and other hosts are accepted", async () => {
  const dead = await check({
    "index.html": `<a href="guides/popup.html#mode">1</a><a href="/docs/guides/">2</a><a href="https://example.com/x#y">3</a><img src="a.png"><a href="#top">4</a><p id="top">`,
    "guides/index.html": `<a href="../">5</a><a href="popup.md">6</a>`,
    "guides/popup.html": `<h2 id="mode">Mode</h2>`,
    "guides/popup.md": "# Mode",
    "a.png": "",
  });
  assert.deepEqual(dead, []);
});

test("links to a page, a picture or an anchor that does not exist are reported once, with a page that has them", async () => {
  const dead = await check({
    "index.html": `<a href="gone.html">1</a><img src="gone.png"><a href="a.html#gone">2</a><a href="#gone">3</a>`,
    "a.html": `<a href="/docs/gone.html">4</a><a href="gone.html">5</a>`,
  });
  assert.deepEqual(dead.sort(), [
    "a.html: /docs/gone.html leads to gone.html, which does not exist",
    "index.html: #gone leads to an anchor that index.html does not have",
    "index.html: a.html#gone leads to an anchor that a.html does not have",
    "index.html: gone.png leads to gone.png, which does not exist",
  ].sort());
});

test("a link to the root of the host is reported, because the site is served below a path", async () => {
  assert.deepEqual(await check({ "index.html": `<a href="/guides/">1</a>` }), ["index.html: /guides/ leads out of the site"]);
});

test("an anchor that a page has only after the link is read is found", async () => {
  assert.deepEqual(await check({ "a.html": `<a href="z.html#end">1</a>`, "z.html": `<a href="a.html">2</a><p id="end">` }), []);
});
