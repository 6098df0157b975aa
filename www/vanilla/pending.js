import { ago, find, h } from "./dom.js";
import { settled } from "./store.js";

/**
 * Notices about attempts whose user left the page and did not return, at most one for each app.
 * `check(attempt, report)` asks for the status. `startOver(attempt)` starts a new attempt.
 */
export function createPending({ client, nameOf, isKnown, check, startOver }) {
  const place = find("pending");

  /** The newest pending attempt of this page and this entity for each app. */
  function attemptsOf(entity) {
    const attempts = client
      .pending()
      .filter((attempt) => attempt.entityId === entity && (!attempt.returnTo || attempt.returnTo === location.pathname))
      .filter((attempt) => !settled.has(attempt.flowId) && !isKnown(attempt.connectedAccountId))
      .sort((a, b) => b.startedAtMs - a.startedAtMs);
    return attempts.filter((attempt, index) => attempts.findIndex(({ app }) => app === attempt.app) === index);
  }

  function createNotice(attempt) {
    const name = attempt.app ? nameOf(attempt.app) : "an app";
    const result = h("p", { class: "muted small", hidden: true, role: "status" });
    const report = (text) => {
      result.textContent = text;
      result.hidden = false;
    };
    return h(
      "div",
      { class: "notice", "data-testid": "pending", "data-app": attempt.app },
      h(
        "div",
        {},
        h("p", {}, `You started to connect ${name} for ${attempt.entityId} ${ago(attempt.startedAtMs)} and did not finish.`),
        result,
      ),
      h(
        "div",
        { class: "actions" },
        h("button", { type: "button", class: "primary", "data-testid": "pending-check", onclick: () => check(attempt, report) }, "Check again"),
        h("button", { type: "button", class: "plain", "data-testid": "pending-restart", onclick: () => startOver(attempt) }, "Start over"),
      ),
    );
  }

  return {
    show(entity) {
      const notices = attemptsOf(entity).map(createNotice);
      place.replaceChildren(...notices);
      place.hidden = notices.length === 0;
    },
    /** Hides the notices about this attempt and the older ones of its app. */
    settle(attempt) {
      for (const other of client.pending()) {
        if (other.app === attempt.app && other.entityId === attempt.entityId) settled.add(other);
      }
      if (attempt.flowId) settled.add(attempt);
    },
  };
}
