import { act, cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createSandbox } from "connect-flow/testing";
import { useState } from "react";
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

test("user-event types and clicks under the sandbox's clock", async () => {
  const user = userEvent.setup();
  const options = sandbox.install({ entityId: "Jessica" });
  function Named() {
    const [name, setName] = useState("");
    return <><input aria-label="Name" onChange={(event) => setName(event.target.value)} /><b>{name}</b><Page app="gmail" options={options} /></>;
  }
  render(<Named />);
  const startMs = sandbox.clock.now();
  await sandbox.clock.until(user.type(screen.getByLabelText("Name"), "Jessica"));
  expect(screen.getByText("Jessica")).toBeTruthy();
  await sandbox.clock.until(user.click(await sandbox.clock.until(screen.findByRole("button", { name: "Connect gmail" }))));
  expect(sandbox.clock.now() - startMs).toBeLessThan(1_000);
  await sandbox.clock.until(screen.findByText("gmail is connected"));
  expect(sandbox.accounts()).toMatchObject([{ status: "ACTIVE" }]);
});

test("user-event with `delay: null` clicks under the sandbox's clock", async () => {
  const user = userEvent.setup({ delay: null });
  render(<Page app="gmail" options={sandbox.install({ entityId: "Jessica" })} />);
  await act(() => sandbox.clock.advance(0));
  await sandbox.clock.until(user.click(screen.getByRole("button", { name: "Connect gmail" })));
  await act(() => sandbox.clock.advance(1_000));
  expect(screen.getByRole("status").textContent).toBe("gmail is connected");
});
