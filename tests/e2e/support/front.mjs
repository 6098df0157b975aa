import { engine } from "./engines.mjs";
import { exchangeOf } from "./exchange.mjs";
import { inject } from "./in-page.mjs";
import { watchPage } from "./watch-page.mjs";
import { forbidWasm, REFUSED, withoutWasm } from "./without-wasm.mjs";

const SCRIPT = "/e2e/script.js";
const NOTES = "/e2e/notes";
const EMPTY = "/e2e/empty";
const FILE = /\.(css|js|svg|wasm)$/;

/**
 * What stands in front of the servers under test and does there what not every engine's WebDriver can: notes the browser's
 * requests, breaks some, puts a script into every page, and removes every cookie that was set.
 */
export function createFront() {
  let requests, trouble, said, shown;
  const empty = () => {
    [requests, trouble, said, shown] = [[], [], [], []];
  };
  empty();
  const cut = new Set();
  const scripts = new Set();
  const allowed = new Set();
  let broken;
  const cookies = new Set();
  const ofEngine = engine.inPages ? [`(${engine.inPages})();`] : [];

  const own = {
    [SCRIPT]: (_body, response) => {
      response.writeHead(200, { "content-type": "text/javascript", "cache-control": "no-store" });
      response.end([`(${watchPage})(${JSON.stringify(NOTES)});`, ...ofEngine, ...scripts].join("\n"));
    },
    [NOTES]: (body, response) => {
      const note = JSON.parse(body);
      if (note.trouble && !(withoutWasm && note.trouble === REFUSED)) trouble.push(note.trouble);
      if (note.said) said.push(note.said);
      if (note.shown) shown.push(note.shown);
      response.writeHead(204).end();
    },
    [EMPTY]: (_body, response) => {
      response.setHeader("set-cookie", [...cookies].map((cookie) => `${cookie}; max-age=0`));
      cookies.clear();
      response.writeHead(200, { "content-type": "text/html", "cache-control": "no-store" });
      response.end('<!doctype html><title>Empty</title><link rel="icon" href="data:,">');
    },
  };

  function note(request, response, url) {
    const { method } = request;
    requests.push({ method, url, referrer: request.headers.referer ?? "" });
    if (withoutWasm && /connect_flow(?!_js)/.test(url)) trouble.push(`of no use without WebAssembly: ${url}`);
    const { writeHead, destroy } = response;
    response.writeHead = function (status, ...rest) {
      // Browsers ask for this by themselves, of pages that name no icon. Where the page is gone, nobody is answered.
      const isForNobody = url.endsWith("/favicon.ico") || request.socket.destroyed;
      if (status >= 400 && !isForNobody) trouble.push(`status ${status}: ${method} ${url}`);
      writeHead.call(this, status, ...rest);
      for (const cookie of [this.getHeader("set-cookie") ?? []].flat()) cookies.add(nameAndPath(cookie));
      return this;
    };
    response.destroy = function (...error) {
      if (!request.socket.destroyed) trouble.push(`no answer: ${method} ${url}`);
      return destroy.apply(this, error);
    };
  }

  return {
    /** Stands in front of one more server. */
    wrap: (listener, origin) => async (request, response) => {
      // Browsers send a request again by themselves where a connection breaks that was used before.
      response.shouldKeepAlive = false;
      if (own[request.url]) return own[request.url](await read(request), response);
      // The servers ask each other as well.
      if (!request.headers["user-agent"]?.startsWith("Mozilla/")) return listener(request, response);
      const url = origin + request.url;
      note(request, response, url);
      if ([...cut].some((part) => url.includes(part))) return response.destroy();
      if (broken?.is(request)) return broken.answer(exchangeOf(listener, request, response));
      if (withoutWasm) forbidWasm(response);
      if (FILE.test(request.url)) keep(response);
      if (request.headers["sec-fetch-dest"] === "document") inject(response, `<script src="${SCRIPT}"></script>`, [...allowed]);
      return listener(request, response);
    },
    /** Requests whose address contains `part` get no answer. The browser requests no file that it has kept. Gives a function that undoes it. */
    cutOff: (part) => {
      cut.add(part);
      return () => cut.delete(part);
    },
    /** Has `answer(exchange)` answer the requests that `is(request)` tells, see exchange.mjs. Gives a function that undoes it. */
    answers: (is, answer) => {
      broken = { is, answer };
      return () => (broken = undefined);
    },
    /** Calls `inPage(value)` in every page opened from now on, before its own scripts. Gives a function that undoes it. */
    inPages: (inPage, value) => {
      const script = `(${inPage})(${JSON.stringify(value)});`;
      scripts.add(script);
      return () => scripts.delete(script);
    },
    /** Lets pages ask another origin, whatever their policy. Gives a function that undoes it. */
    allow: (origin) => {
      allowed.add(origin);
      return () => allowed.delete(origin);
    },
    /** A page that does nothing; whoever opens it has no cookies of these servers any more. */
    emptyPath: EMPTY,
    /** Forgets what was noted. */
    empty,
    requests: () => requests,
    trouble: () => trouble,
    said: () => said,
    shown: () => shown,
  };
}

async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Has the browser keep a file: a page load then takes two requests in place of eleven, and no compilation. */
function keep(response) {
  const { writeHead } = response;
  response.writeHead = function (status, headers = {}) {
    return writeHead.call(this, status, status === 200 ? { ...headers, "cache-control": "max-age=86400, immutable" } : headers);
  };
}

/** What tells a cookie from others: all servers on localhost share one jar, whatever their port. */
function nameAndPath(cookie) {
  const [pair, ...attributes] = cookie.split(";").map((part) => part.trim());
  const path = attributes.find((attribute) => /^path=/i.test(attribute)) ?? "path=/";
  return `${pair.slice(0, pair.indexOf("="))}=; ${path}`;
}
