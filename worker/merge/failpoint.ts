/**
 * A named place where a test makes this process die: `ENTOURAGE_FAILPOINT=merge.after_update_ref:kill`. Without
 * NODE_ENV=test it is nothing.
 */
export async function failpoint(name: string): Promise<void> {
  if (process.env.NODE_ENV !== "test" || process.env.ENTOURAGE_FAILPOINT !== `${name}:kill`) return;
  process.kill(process.pid, "SIGKILL");
  // The signal arrives a moment later; nothing may happen in between.
  await new Promise(() => undefined);
}
