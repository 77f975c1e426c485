import type { Operation } from "../operation.ts";
import { appRouter } from "./router.ts";

// At run time the router holds one flat record by path; its type shows the nested one for the client.
const procedures = appRouter._def.procedures as unknown as Record<
  string,
  { _def: { meta?: { operation: Operation } } }
>;

/** Every operation by its name, read from the router. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  Object.values(procedures)
    .flatMap(({ _def }) => _def.meta?.operation ?? [])
    .map((operation) => [operation.name, operation]),
);
