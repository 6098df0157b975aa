import { ago, find, h } from "./dom.js";
import { settled } from "./store.js";

/**
 * Notices about attempts that left the page and never came back: at most one an app.
 * `check(attempt, tell)` asks the platform; `startOver(app)` begins anew.
 */
export function createPending({ client, nameOf, isKnown, check, startOver }) {
  const place = find("pending");

  /** The attempts of this page and this entity, newest first. */
  function open(entity) {
    const attempts = client
      .pending()
      .filter((attempt) => attempt.entityId === entity && (!attempt.returnTo || attempt.returnTo === location.pathname))
      .filter((attempt) => !settled.has(attempt.flowId) && !isKnown(attempt.connectedAccountId))
      .sort((a, b) => b.startedAtMs - a.startedAtMs);
    return attempts.filter((attempt, index) => attempts.findIndex(({ app }) => app === attempt.app) === index);
  }

  function createNotice(attempt) {
    const name = attempt.app ? nameOf(attempt.app) : "an app";
    const answer = h("p", { class: "muted small", hidden: true, role: "status" });
    const tell = (text) => {
      answer.textContent = text;
      answer.hidden = false;
    };
    return h(
      "div",
      { class: "notice", "data-testid": "pending", "data-app": attempt.app },
      h(
        "div",
        {},
        h("p", {}, `You started connecting ${name} for ${attempt.entityId} ${ago(attempt.startedAtMs)} and have not come back.`),
        answer,
      ),
      h(
        "div",
        { class: "actions" },
        h("button", { type: "button", class: "primary", "data-testid": "pending-check", onclick: () => check(attempt, tell) }, "Check again"),
        h("button", { type: "button", class: "plain", "data-testid": "pending-restart", onclick: () => startOver(attempt) }, "Start over"),
      ),
    );
  }

  return {
    show(entity) {
      const notices = open(entity).map(createNotice);
      place.replaceChildren(...notices);
      place.hidden = notices.length === 0;
    },
    /** The user is done with this attempt and the older ones of its app. */
    settle(attempt) {
      for (const other of client.pending()) {
        if (other.app === attempt.app && other.entityId === attempt.entityId) settled.add(other);
      }
      if (attempt.flowId) settled.add(attempt);
    },
  };
}
