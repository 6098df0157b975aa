// Shows the sandbox's own pages, such as its form of consent, in a popup or in the app's frame.
import { ask } from "./platform.js";

const start = new URLSearchParams(location.search).get("at");
const { origin } = new URL(start);

await visit(start);

async function visit(url, body) {
  const headers = body ? [["content-type", "application/x-www-form-urlencoded"]] : [];
  const answer = await ask({ method: body ? "POST" : "GET", url, headers, body });
  const target = new Headers(answer.headers).get("location");
  if (!target) return showPage(answer.body ?? "", url);
  const next = new URL(target, url);
  if (next.origin === origin) return visit(next.href);
  location.replace(next);
}

function showPage(html, url) {
  // The policy of this page reports an inline style even where nothing renders it.
  const page = new DOMParser().parseFromString(html.replace(/<style.*?<\/style>/s, ""), "text/html");
  document.title = page.title;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  document.querySelector("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    visit(url, new URLSearchParams(new FormData(event.target, event.submitter)).toString());
  });
}
