const lastOf = new Map<string, Promise<unknown>>();

/**
 * Runs what has the same name one after another within this process. Whoever waits here holds nothing: a thousand
 * repetitions of one request would otherwise wait for each other with every database connection there is.
 */
export async function inTurn<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const before = lastOf.get(name) ?? Promise.resolve();
  const turn = before.then(work, work);
  lastOf.set(name, turn);
  try {
    return await turn;
  } finally {
    if (lastOf.get(name) === turn) lastOf.delete(name);
  }
}
