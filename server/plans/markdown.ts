import type { PlanDocument, PlanTask } from "./document.ts";

/** What of a plan travels: enough to begin it anew somewhere else. */
export interface Portable {
  title: string;
  requirements: string;
  document: PlanDocument;
}

/** A plan as a page that people read and change, and that `fromMarkdown` reads again. */
export function toMarkdown({ title, requirements, document }: Portable): string {
  const quoted = requirements.split("\n").map((line) => `> ${line}`.trimEnd());
  return [
    `# ${title}`,
    "",
    ...quoted,
    "",
    ...(document.summary ? [document.summary, ""] : []),
    "## Tasks",
    "",
    ...document.tasks.flatMap(taskLines),
  ].join("\n");
}

function taskLines(task: PlanTask): string[] {
  const facts: [string, string][] = [
    ["type", task.type],
    ["complexity", task.complexity],
    ["priority", task.priority],
    ["after", task.dependsOn.join(", ")],
    ["minutes", String(task.estimateMinutes ?? "")],
    ["tokens", String(task.estimateTokens ?? "")],
    ["cost micros", String(task.estimateCostMicros ?? "")],
    ["touches", task.touches.join(", ")],
    ["covers", task.covers.join(", ")],
    ["tier", task.modelTier ?? ""],
    ["tools", task.allowedTools?.join(", ") ?? ""],
    ["tags", task.tags.join(", ")],
  ];
  const described = task.description.split("\n").map((line) => (/^(?:#|- )/.test(line) ? `\\${line}` : line));
  return [
    `### ${task.key}: ${task.title}`,
    "",
    ...facts.filter(([, value]) => value !== "").map(([name, value]) => `- ${name}: ${value}`),
    ...task.acceptanceCriteria.map((criterion) => `- [ ] ${criterion}`),
    "",
    ...(task.description ? [...described, ""] : []),
  ];
}

/** Reads such a page: headings of the third level are tasks. What cannot be read is for the checks that follow. */
export function fromMarkdown(page: string): { title: string; requirements: string; written: unknown } {
  const [head = "", ...sections] = page.split(/^### /m);
  const lines = head.split("\n");
  const requirements = lines.flatMap((line) => /^>\s?(.*)$/.exec(line)?.[1] ?? []).join("\n");
  const summary = lines
    .filter((line) => !/^(?:>|#)/.test(line))
    .join("\n")
    .trim();
  return {
    title: /^# (.+)$/m.exec(head)?.[1]?.trim() ?? "",
    requirements,
    written: { summary, tasks: sections.map(readSection) },
  };
}

function readSection(section: string): Record<string, unknown> {
  const [heading = "", ...body] = section.split("\n");
  const [, key, title] = /^([\w.-]{1,50}): (.+)$/.exec(heading.trim()) ?? [];
  const facts = new Map<string, string>();
  const acceptanceCriteria: string[] = [];
  const described: string[] = [];
  for (const line of body) {
    const criterion = /^- \[[ x]\] (.+)$/.exec(line)?.[1];
    const [, name, value] = /^- ([a-z ]+): (.*)$/.exec(line) ?? [];
    if (criterion !== undefined) acceptanceCriteria.push(criterion);
    else if (name !== undefined) facts.set(name, value ?? "");
    else described.push(line.replace(/^\\(?=#|- )/, ""));
  }
  const list = (name: string) =>
    facts
      .get(name)
      ?.split(",")
      .map((one) => one.trim())
      .filter(Boolean);
  const number = (name: string) => (facts.has(name) ? Number(facts.get(name)) : undefined);
  return {
    ...{ key, title: title ?? heading.trim(), acceptanceCriteria, description: described.join("\n").trim() },
    ...{ type: facts.get("type"), complexity: facts.get("complexity"), priority: facts.get("priority") },
    ...{ dependsOn: list("after"), touches: list("touches"), tags: list("tags"), allowedTools: list("tools") },
    ...{
      estimateMinutes: number("minutes"),
      estimateTokens: number("tokens"),
      estimateCostMicros: number("cost micros"),
    },
    ...{ covers: list("covers")?.map(Number), modelTier: facts.get("tier") },
  };
}
