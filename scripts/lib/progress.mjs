// Progress: one live line on a terminal, elsewhere a line every ten seconds. No library: it runs before `npm ci`. Everything goes to
// stdout, so that a log keeps the order of the lines.
const out = process.stdout;
const live = Boolean(out.isTTY) && !process.env.CI;
const running = new Map();
let timer;

export const seconds = (ms) => (ms < 9950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`);

/** Prints a line, above the live line if there is one. */
export function say(line = "") {
  if (live && running.size) out.write("\r\x1b[2K");
  out.write(`${line}\n`);
  if (live) draw();
}

function draw() {
  if (!running.size) return;
  const parts = [...running].map(([title, { since, note }]) => {
    const head = `${title} … ${seconds(Date.now() - since)}`;
    return note ? `${head} (${note})` : head;
  });
  out.write(`\r\x1b[2K${parts.join(" · ").slice(0, (out.columns || 80) - 1)}`);
}

function tick() {
  if (live) return draw();
  for (const [title, state] of running) {
    const ms = Date.now() - state.since;
    if (!state.announced && ms >= 1000) {
      state.announced = true;
      say(`${title} …`);
    }
    if (ms - state.lastWord >= 10_000) {
      state.lastWord += 10_000;
      say(`  still: ${title}, ${state.lastWord / 1000} s${state.note ? ` (${state.note.slice(0, 100)})` : ""}`);
    }
  }
}

/**
 * Runs `work(note)`. Shows its title meanwhile, and afterwards the title with the duration, unless `quiet`. `note(text)` adds what it is
 * doing.
 */
export async function step(title, work, { quiet = false } = {}) {
  const state = { since: Date.now(), lastWord: 0, announced: false, note: "" };
  running.set(title, state);
  timer ??= setInterval(tick, live ? 100 : 250);
  try {
    const result = await work((text) => (state.note = text));
    end(title);
    if (!quiet) say(`${title}: ${seconds(Date.now() - state.since)}`);
    return result;
  } catch (error) {
    end(title);
    if (!quiet) say(`${title}: failed after ${seconds(Date.now() - state.since)}`);
    throw error;
  }
}

function end(title) {
  if (live) out.write("\r\x1b[2K");
  running.delete(title);
  if (running.size) return;
  clearInterval(timer);
  timer = undefined;
}
