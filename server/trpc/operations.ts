import type { Operation } from "../operation.ts";
import { appRouter } from "./router.ts";

/** Every operation by its name, read from the router, which at run time holds one flat record of its procedures. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  Object.values<unknown>(appRouter._def.procedures)
    .filter(isOfAnOperation)
    .map(({ _def: { meta } }) => [meta.operation.name, meta.operation]),
);

function isOfAnOperation(procedure: unknown): procedure is { _def: { meta: { operation: Operation } } } {
  if (typeof procedure !== "function" || !("_def" in procedure)) return false;
  const { _def } = procedure;
  return typeof _def === "object" && _def !== null && "meta" in _def && _def.meta !== undefined;
}
