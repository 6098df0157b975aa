// Imported before a test file: timers of ten seconds or more do not keep its process running. A client whose request never ends would keep
// it until the request's time limit. No test waits so long; `--test-force-exit` would do the same, but loses results.
const LONG_MS = 10_000;
const { setTimeout } = globalThis;

globalThis.setTimeout = function (handler, ms, ...values) {
  const timer = setTimeout(handler, ms, ...values);
  return ms >= LONG_MS ? timer.unref() : timer;
};
