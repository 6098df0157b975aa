import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { createSandbox } from "connect-flow/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Page } from "./page.jsx";

let sandbox;
beforeEach(() => {
  sandbox = createSandbox();
});
afterEach(() => {
  cleanup();
  sandbox.dispose();
});

const advance = (ms) => act(() => sandbox.clock.advance(ms));
const text = () => screen.getByRole("status").textContent;
const click = (name) => act(async () => fireEvent.click(screen.getByRole("button", { name })));

async function open(app = "gmail") {
  const options = sandbox.install({ entityId: "Jessica" });
  await act(async () => render(<Page app={app} options={options} />));
  await advance(0);
}

test("a user connects", async () => {
  await open();
  await click("Connect gmail");
  await advance(0);
  expect(text()).toBe("Sign in in the popup");
  await advance(1_000);
  expect(text()).toBe("gmail is connected");
  expect(sandbox.accounts()).toMatchObject([{ app: "gmail", entityId: "Jessica", status: "ACTIVE" }]);
});

for (const [attempt, ms, code] of [
  [{ outcome: "denied" }, 1_000, "access_denied"],
  [{ outcome: "failed" }, 1_000, "account_failed"],
  [{ outcome: "popup_closed" }, 5_000, "popup_closed"],
  [{ outcome: "expired" }, 600_000, "account_expired"],
  [{ outcome: "never" }, 601_000, "flow_expired"],
]) {
  test(`a user whose attempt is ${attempt.outcome} can try again`, async () => {
    await open();
    sandbox.next(attempt);
    await click("Connect gmail");
    await advance(ms);
    expect(screen.getByRole("alert").textContent).toContain(code);
    await click("Try again");
    await advance(0);
    if (screen.queryByRole("button", { name: "Connect gmail" })) await click("Connect gmail");
    await advance(5_000);
    expect(text()).toBe("gmail is connected");
  });
}

test("a popup that only looks closed still connects", async () => {
  await open();
  sandbox.next({ outcome: "popup_cut_off", afterMs: 60_000 });
  await click("Connect gmail");
  await advance(10_000);
  expect(text()).toBe("Sign in in the other window");
  await advance(50_000);
  expect(text()).toBe("gmail is connected");
});

test("a page with blocked popups redirects and completes the connection when it returns", async () => {
  await open();
  sandbox.next({ outcome: "popup_blocked" });
  await click("Connect gmail");
  await advance(0);
  expect(text()).toBe("redirecting");
  await advance(1_000);
  expect(location.href).toContain("status=success");
  cleanup();
  await act(async () => render(<Page app="gmail" options={sandbox.install({ entityId: "Jessica" })} />));
  await advance(0);
  expect(text()).toBe("gmail is connected");
  expect(location.href).toBe("https://shop.example/settings");
});

test("a page that creates its own client connects through the sandbox's gateway", async () => {
  sandbox = createSandbox({ gateway: "/api/connect" });
  sandbox.install();
  await act(async () => render(<Page app="gmail" options={{ baseUrl: "/api/connect", entityId: "Melissa" }} />));
  await advance(0);
  await click("Connect gmail");
  await advance(1_000);
  expect(text()).toBe("gmail is connected");
  expect(sandbox.accounts()).toMatchObject([{ entityId: "Melissa", status: "ACTIVE" }]);
});
