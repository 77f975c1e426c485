import type { Context } from "#server/context.ts";
import { record } from "#server/events/record.ts";
import { newId } from "#server/ids.ts";

export interface Node {
  id: string;
  dependsOn: readonly string[];
}

/** Each waits for the one before it. */
export function chain(length: number): Node[] {
  const ids = Array.from({ length }, () => newId());
  return ids.map((id, index) => ({ id, dependsOn: ids.slice(Math.max(0, index - 1), index) }));
}

/** Layers of a width; each node waits for three of the layer before it. */
export function layers(count: number, width = 500): Node[] {
  const ids = Array.from({ length: count }, () => newId());
  return ids.map((id, index) => {
    const layer = Math.floor(index / width);
    const before = ids.slice((layer - 1) * width, layer * width);
    return { id, dependsOn: layer === 0 ? [] : [0, 1, 2].flatMap((step) => before[(index + step) % width] ?? []) };
  });
}

/** Puts tasks on a board by their events alone, so that their projections stand as if they had been asked for one by one. */
export async function addNodes(context: Context, teamId: string, nodes: readonly Node[], firstNumber: number) {
  await record(
    context,
    "task.created",
    nodes.map(({ id, dependsOn }, index) => ({
      subject: id,
      task: id,
      team: teamId,
      data: {
        number: firstNumber + index,
        title: `Task ${firstNumber + index}`,
        description: "",
        type: "chore" as const,
        priority: "medium" as const,
        repoId: null,
        assignee: null,
        tags: [],
        branch: `task-${firstNumber + index}`,
        dependsOn: [...dependsOn],
        openDependencies: dependsOn.length,
      },
    })),
  );
}
