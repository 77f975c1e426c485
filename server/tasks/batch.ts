import type { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import type { createBatchInput } from "./schema.ts";
import { createTasks } from "./service.ts";

type Batch = z.output<typeof createBatchInput>;

/**
 * Creates tasks that may wait for each other, all or none. A dependency is a place in the batch (2 or "2", from 0), or
 * an existing task ("#12" or an id).
 * @returns their ids in order. @throws AppError invalid for a place that is not there, conflict for a circle.
 */
export async function createTaskBatch(context: Context, { teamId, tasks }: Batch): Promise<string[]> {
  const inputs = tasks.map(({ dependsOn, ...task }, place) => {
    const places = dependsOn.flatMap((ref) => placeOf(ref) ?? []);
    for (const other of places) refusePlace(place, other, tasks.length);
    return {
      ...task,
      teamId,
      dependsOn: dependsOn.filter((ref) => placeOf(ref) === undefined).map(String),
      dependsOnPlaces: [...new Set(places)],
    };
  });
  refuseCircle(inputs.map(({ dependsOnPlaces }) => dependsOnPlaces));
  return createTasks(context, inputs);
}

/** A plain number is a place in the batch; a task that exists is told with a hash, or by its id. */
function placeOf(ref: string | number): number | undefined {
  return typeof ref === "number" || /^\d{1,9}$/.test(ref) ? Number(ref) : undefined;
}

function refusePlace(place: number, other: number, count: number): void {
  if (other === place) throw new AppError("invalid", `tasks[${place}] cannot wait for itself.`);
  if (other < count) return;
  const places = count === 1 ? "only place 0" : `places 0 to ${count - 1}`;
  throw new AppError(
    "invalid",
    `tasks[${place}].dependsOn: the batch has ${places}, not ${other}. A task that exists already is named "#${other}".`,
    { place, dependsOn: other },
  );
}

/** Takes away what waits for nothing that is left, until nothing is; what stays waits for itself in the end. */
function refuseCircle(edges: readonly (readonly number[])[]): void {
  const left = new Set(edges.keys());
  for (let before = -1; left.size > 0 && left.size !== before; ) {
    before = left.size;
    for (const place of left) if (!edges[place]?.some((other) => left.has(other))) left.delete(place);
  }
  const [start] = left;
  if (start === undefined) return;
  const path = [start];
  for (let at = start; ; ) {
    const next = edges[at]?.find((other) => left.has(other));
    if (next === undefined) return;
    const seen = path.indexOf(next);
    path.push(next);
    if (seen >= 0) {
      const circle = path.slice(seen);
      throw new AppError(
        "conflict",
        `Nothing was created: these wait for each other in a circle: tasks ${circle.join(" → ")}. Remove one of the dependencies.`,
        { path: circle },
      );
    }
    at = next;
  }
}
