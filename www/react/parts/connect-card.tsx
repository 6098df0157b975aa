// A card in a chat: connects the app that an agent's call waits for, then returns the call to be run once. Copy this file beside
// connect-button.tsx and waiting-calls.ts. It needs a ConnectProvider above it.
import { useCallback, useEffect, useRef, useState } from "react";
import { useConnectClient } from "connect-flow/react";
import { ConnectButton, type ConnectButtonProps } from "./connect-button";
import { hold, take, waiting, type ToolCall } from "./waiting-calls";

export type ConnectCardProps = Pick<ConnectButtonProps, "Form"> & {
  /** Id of the stored call. */
  id: string;
  /** Returns the display name of an app. Default: its key. */
  nameOf?: (app: string) => string;
  /** Receives the call once its app is connected, to run it. Undefined: another window has run it. Keep the card: its flow closes the popup. */
  onReady: (call: ToolCall | undefined) => void;
};

const ownKey = (app: string) => app;

export function ConnectCard({ id, nameOf = ownKey, Form, onReady }: ConnectCardProps) {
  const { client, error } = useConnectClient();
  const [call, setCall] = useState<ToolCall>();
  const [text, setText] = useState("One moment…");
  const held = useRef<AbortController>(null);
  const settle = useRef(onReady);
  useEffect(() => void (settle.current = onReady));

  useEffect(() => {
    if (!client && !error) return;
    const left = (held.current = new AbortController());
    // In the popup: tells the window that opened it, which then closes it.
    const report = () => client?.completeConnection().catch(() => {});
    const begin = async () => {
      await hold(id, left.signal, () => {
        setText("This question is open in another window. Continue there.");
        void report();
      });
      const found = await waiting(id);
      if (left.signal.aborted) return;
      if (!found) {
        setText("Another window has answered.");
        void report();
        return settle.current(undefined);
      }
      // After a reload, the popup may still be open. A flow that is disposed of leaves its attempt to the next flow, which is the button's.
      client?.resume({ app: found.app })?.dispose();
      setCall(found);
    };
    begin().catch((thrown) => {
      // For the error boundary: the browser forbids storage or locks.
      if (!left.signal.aborted) setCall(() => { throw thrown; });
    });
    return () => left.abort();
  }, [id, client, error]);

  const finish = useCallback(async () => {
    const taken = await take(id);
    held.current?.abort();
    settle.current(taken);
  }, [id]);

  if (!call) return <p role="status">{text}</p>;
  const name = nameOf(call.app);
  return (
    <>
      <p>To answer, I need access to your {name} account.</p>
      <ConnectButton app={call.app} whenConnected="reuse" name={name} submitLabel={`Connect ${name}`} Form={Form} onConnected={finish} />
    </>
  );
}
