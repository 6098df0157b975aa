/** Makes the clocks of all pages opened from now on run `times` as fast. Gives a function that undoes it. */
export const hurry = (front, times) => front.inPages(hurryPage, times);

/** Makes the wall clocks of all pages opened from now on go fast by `ms`. Gives a function that undoes it. */
export const putForward = (front, ms) => front.inPages(putPageForward, ms);

function hurryPage(times) {
  const { now } = Date;
  const start = now();
  const wait = globalThis.setTimeout;
  Date.now = () => start + (now() - start) * times;
  const began = performance.now();
  const run = performance.now.bind(performance);
  performance.now = () => began + (run() - began) * times;
  globalThis.setTimeout = (handler, ms, ...values) => wait(handler, ms / times, ...values);
}

function putPageForward(ms) {
  const { now } = Date;
  Date.now = () => now() + ms;
}
