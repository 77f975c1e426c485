/** What each way of failing exits with, as scripts rely on it. 75 is EX_TEMPFAIL of sysexits.h: try again later. */
export const exits = { ok: 0, failed: 1, usage: 2, auth: 3, notFound: 4, conflict: 5, retry: 75 } as const;

/** Something the person at the command line has to know; the message says what is possible now. */
export class CliFailure extends Error {
  readonly exit: number;
  /** The server's own answer, for `--json`. */
  readonly body: unknown;

  constructor(exit: number, message: string, body?: unknown) {
    super(message);
    this.name = "CliFailure";
    this.exit = exit;
    this.body = body;
  }
}
