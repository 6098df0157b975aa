/** The requests of a project in a minute. The sandbox counts them and refuses none: a fault can answer 429. */
const limit = 10_000;

/** Counts the requests of the current minute. */
export class RateLimit {
  #minute = 0;
  #count = 0;

  reset(): void {
    this.#count = 0;
  }

  /** Counts one request and returns the headers of its answer. */
  count(nowMs: number): Record<string, string> {
    const minute = Math.floor(nowMs / 60_000);
    if (minute !== this.#minute) this.#count = 0;
    this.#minute = minute;
    this.#count += 1;
    return rateLimitHeaders(Math.max(0, limit - this.#count));
  }
}

/** The headers that every answer of the platform has. */
export function rateLimitHeaders(remaining: number): Record<string, string> {
  return { "x-ratelimit": String(limit), "x-ratelimit-remaining": String(remaining), "x-ratelimit-window-size": "60s" };
}
