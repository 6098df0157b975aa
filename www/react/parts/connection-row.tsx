// One connected account with the operations on it. Copy this file beside connections-list.tsx, with connect-button.tsx and connect-form.tsx.
import { useCallback, useId, useLayoutEffect, useRef, useState, type FormEvent, type ReactNode } from "react";
import type { ConnectClient, ConnectedAccount, ConnectError } from "connect-flow";
import { ConnectButton } from "./connect-button";
import { ConnectForm } from "./connect-form";
import { Action, Hidden, Problem, Since, Status, toneOf } from "./connection-ui";

const remarks: { [status: string]: string } = {
  INITIATED: "Waiting for the sign-in at the provider.",
  INITIALIZING: "Waiting for the sign-in at the provider.",
  PENDING: "The platform is still working on it.",
  EXPIRED: "The sign-in was not finished in time, or access has expired. Reconnect it to use it again.",
  FAILED: "The connection failed. Reconnect it to use it.",
  REVOKED: "Access was revoked. Reconnect it to use it again.",
};

export type ConnectionRowProps = {
  account: ConnectedAccount;
  /** Whether the account belongs to another user, who shares it. It gets no operations. */
  isOfAnother: boolean;
  /** Display name of the app. */
  name: string;
  /** Title of the list. */
  owner: string;
  icon: ReactNode;
  client: ConnectClient;
  redirectUrl: string | undefined;
  reload: () => Promise<void>;
  /** Called when the account is reconnected, with the id of its successor, which may be its own. */
  onReconnected: (connectedAccountId: string, successorId: string, label: string) => void;
  onGone: () => void;
  onError: ((error: ConnectError) => void) | undefined;
};

export function ConnectionRow({ account, isOfAnother, name, owner, icon, client, redirectUrl, reload, onReconnected, onGone, onError }: ConnectionRowProps) {
  const { id: connectedAccountId, alias, displayName, wordId, status, isDisabled } = account;
  const [busy, setBusy] = useState<string>();
  const [failed, setFailed] = useState<{ error: ConnectError; text: string }>();
  const [open, setOpen] = useState<"reconnect" | "rename" | "delete">();
  // The user's own name for the account, or the app with the user's name at the provider.
  const label = `${alias ?? (displayName ? `${name} (${displayName})` : name)} of ${owner}`;
  const isShared = account.accountType === "SHARED";

  /** Runs an operation and then loads the list, so that the page shows the actual state and not the intended one. */
  const operate = async (operation: string, text: string, job: () => Promise<unknown>) => {
    setBusy(operation);
    setFailed(undefined);
    try {
      await job();
      setOpen(undefined);
    } catch (thrown) {
      const error = thrown as ConnectError;
      onError?.(error);
      setFailed({ error, text: error.code === "conflict" && operation === "rename" ? "Another connection has this name." : text });
    }
    await reload();
    setBusy(undefined);
  };
  const show = (what: typeof open) => {
    setFailed(undefined);
    setOpen(what);
  };
  const switchTo = (what: typeof open) => () => show(open === what ? undefined : what);

  const toggle = () =>
    isDisabled
      ? operate("enable", `${name} could not be enabled.`, () => client.connectedAccounts.enable({ connectedAccountId }))
      : operate("disable", `${name} could not be disabled.`, () => client.connectedAccounts.disable({ connectedAccountId }));
  const rename = (wanted: string) =>
    operate("rename", `${name} could not be renamed.`, () => client.connectedAccounts.update({ connectedAccountId, alias: wanted }));
  const remove = () =>
    operate("delete", `${name} could not be deleted.`, () =>
      client.connectedAccounts.delete({ connectedAccountId }).catch((error: ConnectError) => {
        // Otherwise the account is already deleted.
        if (!["not_found", "gone"].includes(error.code)) throw error;
      }),
    );
  const close = useCallback(() => setOpen(undefined), []);
  const reconnected = useCallback((successor: ConnectedAccount) => {
    onReconnected(connectedAccountId, successor.id, label);
    close();
  }, [onReconnected, connectedAccountId, close, label]);

  const row = useRef<HTMLLIElement>(null);
  // When the row goes away, here or because of another tab, the focus moves to the list's title.
  useLayoutEffect(() => {
    const element = row.current!;
    return () => {
      if (!element.contains(document.activeElement)) return;
      element.querySelector("dialog")?.close();
      onGone();
    };
  }, [onGone]);

  const isBusy = busy !== undefined;
  const suffix = <Hidden>{label}, {connectedAccountId}</Hidden>;
  const hasKey = !signsIn(account);
  let toggleText = isDisabled ? "Enable" : "Disable";
  if (busy === "enable" || busy === "disable") toggleText = busy === "enable" ? "Enabling…" : "Disabling…";
  return (
    <li ref={row} className="connection" data-disabled={isDisabled} aria-busy={isBusy}>
      {icon}
      <div className="connection-text">
        <p className="account-name">
          <strong>{name}</strong>
          {alias && <span className="alias">{alias}</span>}
          <Status status={status} />
          {isDisabled && status !== "INACTIVE" && <Status status="DISABLED" />}
          {isShared && <Status status="SHARED" />}
        </p>
        {(displayName ?? wordId) && <p className="small identity">{displayName ?? wordId}</p>}
        <p className="muted small facts">
          <span>Added <Since atMs={Date.parse(account.createdAt ?? "")} /></span>
          {account.authScheme && <span>{account.authScheme}</span>}
          <code>{connectedAccountId}</code>
        </p>
        {isDisabled ? <p className="small">No action can use this account until it is enabled.</p> : remarks[status] && <p className="small">{remarks[status]}</p>}
        {isShared && <p className="small">{isOfAnother ? "Another user shares this account with you. Only that user can change it." : "Others may use this account. It cannot be reconnected here."}</p>}
        {open === "rename" && <Rename label={label} alias={alias ?? ""} isBusy={isBusy} onSave={rename} onCancel={() => show(undefined)} />}
      </div>
      {!isOfAnother && (
        <div className="actions">
          {!isShared && (
            <Action onClick={switchTo("reconnect")} isBusy={isBusy} aria-expanded={open === "reconnect"} className={toneOf(status) === "bad" ? "primary" : "plain"}>
              {hasKey ? "New key" : "Reconnect"}{suffix}
            </Action>
          )}
          <Action onClick={switchTo("rename")} isBusy={isBusy} aria-expanded={open === "rename"}>Rename{suffix}</Action>
          <Action onClick={toggle} isBusy={isBusy}>{toggleText}{suffix}</Action>
          <Action onClick={() => show("delete")} isBusy={isBusy} className="plain danger">Delete{suffix}</Action>
        </div>
      )}
      {open === "reconnect" && (
        <Reconnect title={`${hasKey ? "New key for" : "Reconnect"} ${label}`} isActive={status === "ACTIVE"} hasKey={hasKey} onClose={close}>
          <ConnectButton reconnect={connectedAccountId} name={name} Form={ConnectForm} redirectUrl={redirectUrl} autoFocus onConnected={reconnected} />
        </Reconnect>
      )}
      {failed && open !== "delete" && <Problem {...failed} onDismiss={() => setFailed(undefined)} />}
      {open === "delete" && (
        <Confirm title={`Delete ${label}?`} action="Delete" isBusy={isBusy} failed={failed} onConfirm={remove} onCancel={() => show(undefined)}>
          <p>The platform deletes this account and its credentials. Everything that uses it stops working. This cannot be undone.</p>
          <p className="muted small"><code>{connectedAccountId}</code></p>
        </Confirm>
      )}
    </li>
  );
}

/** Whether the user signs in at a provider. Otherwise the account has a key. */
const signsIn = ({ authScheme = "" }: ConnectedAccount) => authScheme.includes("OAUTH") && !authScheme.startsWith("S2S_");

type ReconnectProps = { title: string; isActive: boolean; hasKey: boolean; onClose: () => void; children: ReactNode };

/** Says what will happen, and contains the flow that does it. Closing it returns the focus to the row. */
function Reconnect({ title, isActive, hasKey, onClose, children }: ReconnectProps) {
  const id = useId();
  const panel = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const element = panel.current!;
    const next = element.closest("li")?.querySelector("button");
    return () => {
      if (element.contains(document.activeElement)) next?.focus();
    };
  }, []);
  return (
    <section ref={panel} className="reconnect" aria-labelledby={id} onKeyDown={(event) => event.key === "Escape" && onClose()}>
      <h4 id={id}>{title}</h4>
      {isActive && (
        <p>
          This account works.{" "}
          {hasKey ? "It uses the old key until you have saved a new one." : "You sign in again, and a new connection replaces this one. Until then, this one stays usable."}
        </p>
      )}
      {children}
      <div className="actions"><Action onClick={onClose} isBusy={false}>Close</Action></div>
    </section>
  );
}

type RenameProps = { label: string; alias: string; isBusy: boolean; onSave: (alias: string) => void; onCancel: () => void };

/** Focuses its input. Escape and Cancel close it, and return the focus. */
function Rename({ label, alias, isBusy, onSave, onCancel }: RenameProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    input.current!.select();
    return () => {
      if (before?.isConnected) before.focus();
    };
  }, []);
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (!isBusy) onSave(input.current!.value.trim());
  };
  return (
    <form className="rename" onSubmit={save} onKeyDown={(event) => event.key === "Escape" && onCancel()}>
      <label className="small" htmlFor={id}>Name<Hidden>of {label}</Hidden></label>
      <div className="control"><input ref={input} id={id} defaultValue={alias} placeholder="e.g. Work" autoComplete="off" /></div>
      <div className="actions">
        <Action type="submit" isBusy={isBusy} className="primary">{isBusy ? "Saving…" : "Save"}</Action>
        <Action onClick={onCancel} isBusy={isBusy}>Cancel</Action>
      </div>
    </form>
  );
}

type ConfirmProps = {
  title: string;
  action: string;
  isBusy: boolean;
  failed: { error: ConnectError; text: string } | undefined;
  onConfirm: () => void;
  onCancel: () => void;
  children: ReactNode;
};

/** Asks before an irreversible operation. Cancel has the focus, and Escape cancels. */
function Confirm({ title, action, isBusy, failed, onConfirm, onCancel, children }: ConfirmProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  // A layout effect, so that the dialog closes before it is removed: only then does it restore the focus.
  useLayoutEffect(() => {
    const current = dialog.current!;
    current.showModal();
    return () => current.close();
  }, []);
  const cancel = () => !isBusy && onCancel();
  return (
    <dialog
      ref={dialog}
      className="confirm"
      aria-labelledby={id}
      aria-describedby={`${id}-text`}
      onCancel={(event) => {
        event.preventDefault();
        cancel();
      }}
      // Some browsers close the dialog at the second Escape, despite preventDefault. StrictMode also closes it, but has reopened it by now.
      onClose={() => !dialog.current?.open && cancel()}
    >
      <h2 id={id}>{title}</h2>
      <div id={`${id}-text`}>{children}</div>
      {failed && <Problem {...failed} />}
      <div className="actions">
        <Action onClick={cancel} isBusy={isBusy} autoFocus>Cancel</Action>
        <Action onClick={onConfirm} isBusy={isBusy} className="primary danger">{isBusy ? "Deleting…" : action}</Action>
      </div>
    </dialog>
  );
}
