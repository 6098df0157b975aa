import { useEffect, useRef, useState } from "react";
import { useConnectClient } from "connect-flow/react";
import { explain } from "../vanilla/errors.js";
import { ConnectCard } from "./parts/connect-card.tsx";
import { ConnectForm } from "./parts/connect-form.tsx";
import { remember } from "./parts/waiting-calls.ts";
import { paths } from "./address.js";
import { User } from "./users.jsx";

const question = "Whose mailbox is connected?";
/** Where the tab keeps the id of its waiting call. */
const storageKey = "demo:waiting-call";

/** The chat with a scripted agent, which has no model behind it. */
export function Chat({ address, nameOf }) {
  return (
    <section className="panel chat" aria-labelledby="chat-title">
      <h2 id="chat-title">Ask the agent</h2>
      <p className="muted">
        The agent follows a script. Its action needs a Gmail account, which you connect in the chat.{" "}
        <a href={paths.vanillaChat}>The same without a framework</a>
      </p>
      <User entity={address.entity}>
        <Conversation entity={address.entity} nameOf={nameOf} />
      </User>
    </section>
  );
}

function Conversation({ entity, nameOf }) {
  const { client, error } = useConnectClient();
  const [waitingId, setWaitingId] = useState(() => sessionStorage.getItem(storageKey));
  const [lines, setLines] = useState(waitingId ? [{ who: "connect", id: waitingId }] : []);
  const list = useRef(null);
  const say = (who, content) => setLines((before) => [...before, { who, content }]);

  useEffect(() => {
    if (error) say("problem", explain(error).text);
  }, [error]);
  useEffect(() => {
    // The control that had the focus is gone.
    if (lines.length && document.activeElement === document.body) list.current.lastElementChild.focus();
  }, [lines]);

  /** The agent's turn: it reads its tools, and calls one of them. */
  const answer = async () => {
    say("user", question);
    try {
      const [tool] = await client.entity(entity).tools({ actions: ["GMAIL_GET_PROFILE"] });
      await run({ id: crypto.randomUUID(), action: tool.name, input: "{}" });
    } catch (thrown) {
      say("problem", explain(thrown).text);
    }
  };

  /** Runs a call of a tool. If it needs a connection, nothing has run: the call waits for it. */
  const run = async (call) => {
    say("tool", <>Runs <code>{call.action}</code></>);
    try {
      const { data } = await client.entity(entity).execute({ action: call.action, input: call.input });
      say("agent", <>The mailbox belongs to <bdi>{data.email}</bdi>.</>);
    } catch (thrown) {
      if (thrown?.code !== "connection_required") throw thrown;
      await remember({ ...call, app: thrown.app });
      sessionStorage.setItem(storageKey, call.id);
      setWaitingId(call.id);
      setLines((before) => [...before, { who: "connect", id: call.id }]);
    }
  };

  const proceed = (call) => {
    sessionStorage.removeItem(storageKey);
    setWaitingId(null);
    if (call) run(call).catch((thrown) => say("problem", explain(thrown).text));
  };

  return (
    <>
      <div role="log" aria-label="Conversation">
        <ol className="lines" id="lines" ref={list}>
          {lines.map(({ who, content, id }, index) => (
            <li key={index} className={`line ${who}`} data-testid={`line-${who}`} tabIndex={-1}>
              {id ? <ConnectCard id={id} nameOf={nameOf} Form={ConnectForm} onReady={proceed} /> : content}
            </li>
          ))}
        </ol>
      </div>
      <div className="actions">
        <button type="button" className="primary" id="ask" data-testid="ask" disabled={!client || waitingId !== null} onClick={answer}>{question}</button>
      </div>
    </>
  );
}
