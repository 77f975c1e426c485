import { CircuitState, circuitBreaker, ConsecutiveBreaker, ExponentialBackoff, handleWhen } from "cockatiel";
import type { Db } from "#db/client.ts";
import { CallFailure } from "./failures.ts";

/** After so many failures in a row nothing is tried for a while, each time longer. */
const failuresToOpen = 5;

const makeBreaker = () =>
  circuitBreaker(
    handleWhen((error) => error instanceof CallFailure && (error.kind === "passing" || error.kind === "busy")),
    {
      halfOpenAfter: new ExponentialBackoff({ initialDelay: 5_000, maxDelay: 120_000 }),
      breaker: new ConsecutiveBreaker(failuresToOpen),
    },
  );

type Breaker = ReturnType<typeof makeBreaker>;

// By the pool: the breakers of a process live as long as its runtime, and two runtimes of a test do not share them.
const registers = new WeakMap<Db, Map<string, Breaker>>();

/** The breaker of a credential, which is one provider of one organization: others are not held up by it. */
export function breakerOf({ db }: { db: Db }, credentialId: string): Breaker {
  const register = registers.get(db) ?? new Map<string, Breaker>();
  registers.set(db, register);
  const breaker = register.get(credentialId) ?? makeBreaker();
  register.set(credentialId, breaker);
  return breaker;
}

/** Nothing is tried there now; after a while one call is let through to see. */
export const isOpen = (runtime: { db: Db }, credentialId: string): boolean =>
  breakerOf(runtime, credentialId).state === CircuitState.Open;
