/** A failure that its message explains in full. It is printed without a stack. */
export class Failure extends Error {
  constructor(message: string, readonly exitCode: 1 | 2) {
    super(message);
  }
}

/** A mistake in the command line, or in a file that it names. */
export const usageFailure = (message: string): Failure => new Failure(message, 2);

/** What to print for an error, and the exit code. */
export function explain(error: unknown): { text: string; exitCode: number } {
  if (error instanceof Failure) return { text: `connect-flow: ${error.message}`, exitCode: error.exitCode };
  return { text: error instanceof Error && error.stack ? error.stack : String(error), exitCode: 1 };
}
