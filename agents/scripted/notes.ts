interface Asked {
  number: number;
  title: string;
  description: string;
  type: string;
  estimate: { minutes: number | null };
  acceptanceCriteria: string[];
  touches: string[];
  dependsOn: { number: number; title: string; status: string }[];
}

/** The file of a task's note: the same for the same task, so that others can point to it. */
const notePath = ({ number, title }: Pick<Asked, "number" | "title">): string => {
  const words = title.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return `notes/${number}-${words.join("-").slice(0, 48).replace(/-+$/, "") || "task"}.md`;
};

/**
 * What the sample crew writes where it has no recipe: what the task asks for, laid out for whoever does it in earnest. It
 * says of itself that nothing was done.
 */
export function noteOf(task: Asked): { path: string; text: string } {
  const path = notePath(task);
  const list = (lines: string[], none: string) =>
    lines.length > 0 ? lines.map((line) => `- ${line}`).join("\n") : none;
  const before = task.dependsOn.filter(({ status }) => status === "done");
  const link = (one: Asked["dependsOn"][number]) =>
    `[#${one.number} ${one.title.replaceAll(/[[\]]/g, "")}](./${notePath(one).replace(/^notes\//, "")})`;
  const text = `# #${task.number} ${task.title}

> A demonstration, written by the sample crew. Nothing was built and nothing was checked: this is what the task asks for.

${task.type}${task.estimate.minutes ? `, about ${task.estimate.minutes} minutes` : ""}

## What

${task.description || "The title says it."}

## Done when

${list(
  task.acceptanceCriteria.map((criterion) => `[ ] ${criterion}`),
  "Nothing is said about it.",
)}

## Touches

${list(
  task.touches.map((file) => `\`${file}\``),
  "Not known yet.",
)}

## Stands on

${list(before.map(link), "Nothing before it.")}
`;
  return { path, text };
}
