/** What a scripted agent is told by whoever starts it, and when it should end: on a signal, or when its parent is gone. */
export function agentFromEnvironment() {
  const { ENTOURAGE_URL: url, ENTOURAGE_KEY: key, AGENT_NAME: name = "agent", AGENT_HOME: home = "." } = process.env;
  if (!url || !key) throw new Error("Set ENTOURAGE_URL and ENTOURAGE_KEY.");
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => process.exit(0));
  process.on("disconnect", () => process.exit(0));
  return { url, key, name, home };
}

/** One line for the person who watches. */
export function say(line: string): void {
  process.stdout.write(`${process.env.AGENT_NAME ?? "agent"}  ${line}\n`);
}
