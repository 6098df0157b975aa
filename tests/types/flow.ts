// Compiled, never run: `state` discriminates the snapshots of a flow, and each has the members of its state only.
import type { ConnectClient, ConnectErrorCode, FlowSnapshot, PendingConnection } from "connect-flow";

declare const client: ConnectClient;

const flow = client.flow({ app: "gmail", mode: "auto" });
const unsubscribe: () => void = flow.subscribe(() => show(flow.getSnapshot()));

function show(snapshot: FlowSnapshot): string {
  switch (snapshot.state) {
    case "idle":
    case "loading":
    case "initiating":
      // @ts-expect-error there is no account yet
      return snapshot.connectedAccountId;
    case "ready":
      return snapshot.issues.map(({ field, message }) => `${field}: ${message}`).join() + (snapshot.inAppBrowser ?? "");
    case "redirecting":
    case "verifying":
      return `${snapshot.connectedAccountId} (${snapshot.flowId}) until ${snapshot.expiresAtMs}`;
    case "waiting":
      return snapshot.isPopupOpen ? "in the popup" : "in the other window";
    case "completing":
      return snapshot.sessionUri;
    case "connected":
      return snapshot.account.status;
    case "failed":
    case "cancelled": {
      const code: ConnectErrorCode = snapshot.error.code;
      return code;
    }
    default: {
      const never: never = snapshot;
      return never;
    }
  }
}

async function use(pending: PendingConnection): Promise<void> {
  const settled: FlowSnapshot = await flow.submit({ shop: "acme" });
  // @ts-expect-error snapshots are read-only
  settled.state = "idle";
  client.resume({ flowId: pending.flowId })?.cancel();
  // @ts-expect-error `resume` returns null when nothing is pending
  client.resume().cancel();
  // @ts-expect-error values are strings
  await flow.submit({ shop: 1 });
  // @ts-expect-error unknown mode
  client.flow({ app: "gmail", mode: "tab" });
}

export { unsubscribe, use };
