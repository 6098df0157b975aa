import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { apiKey, json, openGateway } from "../gateway/support.mjs";

const encodeEach = (write) => [...apiKey].map((character) => write(character.charCodeAt(0))).join("");
const hex = (code) => code.toString(16).padStart(2, "0");
const base64 = (text) => Buffer.from(text).toString("base64");

/** Forms in which a platform may repeat the key. */
const forms = {
  "unchanged": apiKey,
  "in capitals": apiKey.toUpperCase(),
  "cut at the end": apiKey.slice(0, -6),
  "cut at the start": apiKey.slice(7),
  "cut at both ends": apiKey.slice(4, -4),
  "cut and masked": `${apiKey.slice(0, 16)}***`,
  "reversed": [...apiKey].reverse().join(""),
  "with spaces between its characters": [...apiKey].join(" "),
  "with zero-width spaces between its characters": [...apiKey].join("\u200b"),
  "over two lines": `${apiKey.slice(0, 12)}\n${apiKey.slice(12)}`,
  "in base64": base64(apiKey),
  "in base64, shifted by one byte": base64(`a${apiKey}`),
  "in base64, shifted by two bytes": base64(`ab${apiKey}`),
  "in base64 with a user and a host": base64(`user:${apiKey}@host`),
  "in base64url": Buffer.from(`??>${apiKey}??>`).toString("base64url"),
  "in base64 with line breaks": base64(`${"x".repeat(50)}${apiKey}`).replace(/.{20}/g, "$&\n"),
  "in hex": encodeEach(hex),
  "in capital hex": encodeEach(hex).toUpperCase(),
  "in hex with colons": [...apiKey].map((character) => hex(character.charCodeAt(0))).join(":"),
  "percent-encoded": encodeEach((code) => `%${hex(code)}`),
  "percent-encoded twice": encodeEach((code) => `%25${hex(code)}`),
  "in JSON escapes": encodeEach((code) => `\\u00${hex(code)}`),
  "in \\x escapes": encodeEach((code) => `\\x${hex(code)}`),
  "in \\u{} escapes": encodeEach((code) => `\\u{${hex(code)}}`),
  "in doubled JSON escapes": encodeEach((code) => `\\\\u00${hex(code)}`),
  "in octal escapes": encodeEach((code) => `\\${code.toString(8)}`),
  "as a list of bytes": JSON.stringify(Buffer.from(apiKey)),
  "as a list of bytes in hex": [...Buffer.from(apiKey)].map((code) => `0x${hex(code)}`).join(", "),
  "as an object of bytes": JSON.stringify(new Uint8Array(Buffer.from(apiKey))),
  "in base64, twice": base64(base64(apiKey)),
  "in base64 of UTF-16": Buffer.from(apiKey, "utf16le").toString("base64"),
  "reversed, in base64": base64([...apiKey].reverse().join("")),
  "reversed, in hex": Buffer.from(apiKey).reverse().toString("hex"),
  "in HTML entities": encodeEach((code) => `&#${code};`),
  "in hexadecimal HTML entities": encodeEach((code) => `&#x${hex(code)};`),
  "in doubled HTML entities": encodeEach((code) => `&amp;#${code};`),
  "in a mixture of encodings": `platf%6frm\\u002dk&#101;y-01234567`,
};

/** Texts that reveal the key: every form of it, whole or only its first or last 14 characters. */
const recognizable = Object.values(forms).flatMap((form) => [form, form.slice(0, 14), form.slice(-14)]);

suite("a platform that repeats the key", () => {
  for (const [name, form] of Object.entries(forms)) {
    const answers = {
      "in a value": [json({ slug: "gmail", name: form }), 502],
      "inside a sentence": [json({ slug: "gmail", meta: { description: `Use the key ${form}.` } }), 502],
      "in an unknown member": [json({ slug: "gmail", debug: { request: { headers: [form] } } }), 502],
      "as a member's name": [json({ slug: "gmail", [form]: 1 }), 502],
      "in an error's message": [json({ error: { message: `no such thing for ${form}` } }, 409), 409],
      "in an error's message, across the length limit": [json({ error: { message: `${"x".repeat(300 - 10)}${form}` } }, 409), 409],
      "in an error's slug": [json({ error: { message: "no", slug: form } }, 403), 404],
      "in an error's details": [json({ error: { message: "no", errors: [form] } }, 409), 409],
      "in a 500": [json({ error: { message: form } }, 500), 500],
    };
    test(`${name}, anywhere in an answer, gets no part of it to a page, and onError receives the reason`, async () => {
      for (const [place, [reply, expected]] of Object.entries(answers)) {
        const opened = openGateway();
        opened.reply = () => reply;
        const { status, text, headers } = await opened.as("Jessica")("GET", "/api/v3.1/toolkits/gmail");
        assert.equal(status, expected, place);
        for (const part of recognizable) assert.ok(!(text + JSON.stringify([...headers])).includes(part), `${place}: ${text}`);
        assert.match(String(opened.errors[0]), /answer contains the key/, place);
        assert.ok(!String(opened.errors[0]?.stack).includes(apiKey), place);
      }
    });
  }

  test("in x-request-id gets an answer without that header to the page", async () => {
    for (const form of Object.values(forms).filter((form) => /^[\w-]+$/.test(form))) {
      const opened = openGateway();
      opened.reply = () => json({ slug: "gmail" }, 200, { "x-request-id": form });
      const { status, headers } = await opened.as("Jessica")("GET", "/api/v3.1/toolkits/gmail");
      assert.deepEqual([status, headers.get("x-request-id")], [200, null], form);
    }
  });

  test("in an action's output gets a 502 to the page", async () => {
    for (const form of Object.values(forms)) {
      const opened = openGateway();
      opened.reply = () => json({ data: { rows: [[{ value: form }]] }, successful: true });
      const { status, body } = await opened.as("Jessica")("POST", "/api/v3.1/tools/execute/GMAIL_GET_PROFILE", { body: { arguments: {} } });
      assert.deepEqual([status, body.error.slug], [502, "Gateway_BadAnswer"]);
    }
  });

  test("is not confused with one whose texts resemble the key", async () => {
    for (const name of ["platform.test", "The platform key is wrong", "platform-ke", "the platform key 01", "key 0123", "0123456789", base64("platform"), "%70latform", "a".repeat(10_000), "%".repeat(10_000), "\\".repeat(10_000), "&#".repeat(10_000)]) {
      const opened = openGateway();
      opened.reply = () => json({ slug: "gmail", name });
      const { status, body } = await opened.as("Jessica")("GET", "/api/v3.1/toolkits/gmail");
      assert.deepEqual([status, body.name], [200, name]);
    }
  });
});

test("a key made of words is not detected in a sentence of the same words", async () => {
  for (const [key, name] of [["my-company-production-key", "My company, production"], ["sandbox-key", "The sandbox key, sandboxkey"]]) {
    const opened = openGateway({ apiKey: key });
    opened.reply = () => json({ slug: "gmail", name });
    assert.equal((await opened.as("Jessica")("GET", "/api/v3.1/toolkits/gmail")).status, 200, key);
  }
});

suite("a key in an answer is detected", () => {
  for (const key of ["ak_4567890", "ak_Zx81Kq09vTnB7Lw2Ye4R", "a.b~c:d+e/f=g-h_i.j~k:l+m/n=o", "k".repeat(64), "x9".repeat(200)]) {
    test(`when it has ${key.length} characters, unchanged, reversed, in hex and in base64`, async () => {
      for (const form of [key, [...key].reverse().join(""), Buffer.from(key).toString("hex"), base64(key), base64(`a${key}`), base64(`ab${key}`), encodeURIComponent(key)]) {
        const opened = openGateway({ apiKey: key });
        opened.reply = () => json({ slug: "gmail", name: `-${form}-` });
        const { status } = await opened.as("Jessica")("GET", "/api/v3.1/toolkits/gmail");
        assert.equal(status, 502, form);
      }
    });
  }
});

suite("an answer that is longer than maxAnswerBytes", () => {
  const ofLength = (bytes) => () => json({ slug: "gmail", data: { text: "x".repeat(bytes) }, successful: true });
  const get = ["GET", "/api/v3.1/toolkits/gmail"];
  const execute = ["POST", "/api/v3.1/tools/execute/GMAIL_GET_PROFILE", { body: { arguments: {} } }];

  test("names the option to the page and to onError, and says that the action has run", async () => {
    for (const [request, words] of [[get, /^The platform's answer is longer than the gateway's option maxAnswerBytes/], [execute, /^The action has run, but its answer is longer than .* maxAnswerBytes/]]) {
      const opened = openGateway({ maxAnswerBytes: 1000 });
      opened.reply = ofLength(2000);
      const { status, body } = await opened.as("Jessica")(...request);
      assert.deepEqual([status, body.error.slug], [502, "Gateway_BadAnswer"]);
      assert.match(body.error.message, words);
      assert.match(String(opened.errors[0]), /too long: maxAnswerBytes is 1000/);
    }
  });

  test("means 32 MB for an action and 8 MB otherwise, by default", async () => {
    for (const [options, request, bytes, expected] of [
      [{}, get, 9 * 1024 * 1024, 502], [{}, execute, 9 * 1024 * 1024, 200], [{}, execute, 33 * 1024 * 1024, 502],
      [{ maxAnswerBytes: 10 * 1024 * 1024 }, get, 9 * 1024 * 1024, 200], [{ maxAnswerBytes: 10 * 1024 * 1024 }, execute, 11 * 1024 * 1024, 502],
    ]) {
      const opened = openGateway(options);
      opened.reply = ofLength(bytes);
      assert.equal((await opened.as("Jessica")(...request)).status, expected, JSON.stringify([options, request[1], bytes]));
    }
  });
});

test("16 characters of a long key are detected", async () => {
  const key = `ak_${"Tn7Xq2Zb9Lw4Rk8Vd3Mp6Js1".repeat(4).replace(/(?<=^.{48})/, "Yc5")}`;
  for (const part of [key.slice(0, 20), key.slice(-17), key.slice(30, 46)]) {
    const opened = openGateway({ apiKey: key });
    opened.reply = () => json({ slug: "gmail", name: `${part}...` });
    assert.equal((await opened.as("Jessica")("GET", "/api/v3.1/toolkits/gmail")).status, 502, part);
  }
});

test("a key is detected in escapes, whatever letters it consists of", async () => {
  // The letters of this key form escapes of their own, such as \n and \b, when only some backslashes are removed.
  const key = "bfnrt-ntbfr-0123-rfbtn";
  for (const write of [(code) => `\\u00${hex(code)}`, (code) => `\\\\x${hex(code)}`, (code) => `\\\\\\u00${hex(code)}`]) {
    const opened = openGateway({ apiKey: key });
    opened.reply = () => json({ slug: "gmail", name: [...key].map((character) => write(character.charCodeAt(0))).join("") });
    assert.equal((await opened.as("Jessica")("GET", "/api/v3.1/toolkits/gmail")).status, 502);
  }
});
