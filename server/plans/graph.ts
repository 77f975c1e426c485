import type { PlanDocument } from "./document.ts";

/** What is wrong at one place of a plan, in words. */
export interface Fault {
  place: string;
  message: string;
}

type Edges = readonly { key: string; title: string; dependsOn: readonly string[] }[];

/** Edges that lead nowhere, to the task itself, or in a circle; each named with its place. */
export function faultsOfGraph(tasks: PlanDocument["tasks"]): Fault[] {
  const known = new Set(tasks.map(({ key }) => key));
  const faults = tasks.flatMap(({ key, dependsOn }, place) =>
    dependsOn.flatMap((other) => {
      if (other === key) return [{ place: `tasks[${place}].dependsOn`, message: "It cannot wait for itself." }];
      if (known.has(other)) return [];
      return [{ place: `tasks[${place}].dependsOn`, message: `There is no task ${other} in the plan.` }];
    }),
  );
  if (faults.length > 0) return faults;
  const circle = findCircle(tasks);
  return circle ? [{ place: "tasks", message: `These wait for each other in a circle: ${circle}.` }] : [];
}

/** A circle as a path of titles, or undefined. Takes away what waits for nothing that is left, until nothing is. */
export function findCircle(tasks: Edges): string | undefined {
  const titles = new Map(tasks.map(({ key, title }) => [key, title]));
  const left = withoutFree(tasks);
  const [start] = left.keys();
  if (start === undefined) return undefined;
  const path = [start];
  for (;;) {
    const next = left.get(path.at(-1) ?? start)?.find((key) => left.has(key));
    if (next === undefined) return undefined;
    const seen = path.indexOf(next);
    path.push(next);
    if (seen >= 0)
      return path
        .slice(seen)
        .map((key) => `“${titles.get(key) ?? key}” (${key})`)
        .join(" → ");
  }
}

function withoutFree(tasks: Edges): Map<string, readonly string[]> {
  const left = new Map(tasks.map(({ key, dependsOn }) => [key, dependsOn]));
  const dependents = new Map<string, string[]>();
  const open = new Map<string, number>();
  for (const { key, dependsOn } of tasks) {
    open.set(key, dependsOn.length);
    for (const other of dependsOn) dependents.set(other, [...(dependents.get(other) ?? []), key]);
  }
  const free = [...left.keys()].filter((key) => open.get(key) === 0);
  for (const key of free) {
    left.delete(key);
    for (const dependent of dependents.get(key) ?? []) {
      const rest = (open.get(dependent) ?? 0) - 1;
      open.set(dependent, rest);
      if (rest === 0) free.push(dependent);
    }
  }
  return left;
}

/** Keys in an order in which each comes after those it waits for. The graph has no circle. */
export function inOrder<Task extends Edges[number]>(tasks: readonly Task[]): Task[] {
  const byKey = new Map(tasks.map((task) => [task.key, task]));
  const sorted: Task[] = [];
  const visited = new Set<string>();
  const visit = (task: Task) => {
    if (visited.has(task.key)) return;
    visited.add(task.key);
    for (const key of task.dependsOn) {
      const before = byKey.get(key);
      if (before) visit(before);
    }
    sorted.push(task);
  };
  for (const task of tasks) visit(task);
  return sorted;
}
