import type { Card } from "#server/tasks/schema.ts";

/** Could start now: nothing it waits for is open. */
export function isReady({ status, openDependencies }: Pick<Card, "status" | "openDependencies">): boolean {
  return status === "todo" && openDependencies === 0;
}

/** Tasks so that each stands after all it waits for: the order in which they can be done. */
export function inOrder<Task extends { id: string; number: number }>(
  tasks: readonly Task[],
  edges: readonly { from: string; to: string }[],
): Task[] {
  const waits = new Map<string, number>();
  const after = new Map<string, string[]>();
  for (const { from, to } of edges) {
    waits.set(to, (waits.get(to) ?? 0) + 1);
    after.set(from, [...(after.get(from) ?? []), to]);
  }
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const free = tasks.filter(({ id }) => !waits.get(id));
  for (let place = 0; place < free.length; place++) {
    for (const next of after.get(free[place]?.id ?? "") ?? []) {
      const left = (waits.get(next) ?? 1) - 1;
      waits.set(next, left);
      const task = byId.get(next);
      if (left === 0 && task) free.push(task);
    }
  }
  return free;
}

/** Which wave each task belongs to: 1 waits for nothing, every other comes after the latest of those it waits for. */
export function wavesOf(
  inOrderOfWork: readonly { id: string }[],
  edges: readonly { from: string; to: string }[],
): Map<string, number> {
  const before = Map.groupBy(edges, ({ to }) => to);
  const waves = new Map<string, number>();
  for (const { id } of inOrderOfWork) {
    const earlier = (before.get(id) ?? []).map(({ from }) => waves.get(from) ?? 0);
    waves.set(id, Math.max(0, ...earlier) + 1);
  }
  return waves;
}
