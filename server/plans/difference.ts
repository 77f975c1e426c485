import type { PlanDocument, PlanTask } from "./document.ts";

/** What became of a task between two versions of a plan. */
export interface Difference {
  key: string;
  title: string;
  change: "added" | "removed" | "changed";
  fields: { field: string; before: unknown; after: unknown }[];
}

/** What one version says differently from another, in the order of the newer one; removed tasks last. */
export function differencesBetween(before: PlanDocument, after: PlanDocument): Difference[] {
  const old = new Map(before.tasks.map((task) => [task.key, task]));
  const kept = new Set(after.tasks.map(({ key }) => key));
  const changed = after.tasks.flatMap((task): Difference[] => {
    const was = old.get(task.key);
    if (!was) return [{ key: task.key, title: task.title, change: "added", fields: [] }];
    const fields = changedFields(was, task);
    return fields.length > 0 ? [{ key: task.key, title: task.title, change: "changed", fields }] : [];
  });
  const removed = before.tasks
    .filter(({ key }) => !kept.has(key))
    .map(({ key, title }): Difference => ({ key, title, change: "removed", fields: [] }));
  return [...changed, ...removed];
}

function changedFields(before: PlanTask, after: PlanTask): Difference["fields"] {
  const fields = Object.entries(after).map(([field, value]) => ({
    field,
    before: Object.entries(before).find(([name]) => name === field)?.[1],
    after: value,
  }));
  return fields.filter((one) => JSON.stringify(one.before) !== JSON.stringify(one.after));
}
