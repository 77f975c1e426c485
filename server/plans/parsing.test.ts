import { expect, test } from "vitest";
import { readPlanText, readPlan } from "./parsing.ts";
import { fromMarkdown, toMarkdown } from "./markdown.ts";
import { planFromTemplate, templateFor } from "./templates.ts";
import { templateNames } from "./document.ts";
import { coverageOf } from "./coverage.ts";
import { faultsOfGraph } from "./graph.ts";

const faultsOf = (source: string) =>
  readPlanText(source).faults?.map(({ place, message }) => `${place}: ${message}`) ?? [];
const plan = (...tasks: object[]) => JSON.stringify({ summary: "", tasks });

test("dependencies are places as numbers or texts, or keys, and a fence around the JSON does not matter", () => {
  const source = plan(
    { title: "a", key: "first" },
    { title: "b", dependsOn: [0] },
    { title: "c", dependsOn: ["1", "first"] },
    { title: "d", dependsOn: ["2", 2] },
  );
  for (const text of [source, `\`\`\`json\n${source}\n\`\`\``, `Here it is:\n\`\`\`\n${source}\n\`\`\`\nDone.`]) {
    const { document } = readPlanText(text);
    expect(document?.tasks.map(({ key, dependsOn }) => [key, dependsOn])).toEqual([
      ["first", []],
      ["t2", ["first"]],
      ["t3", ["t2", "first"]],
      ["t4", ["t3"]],
    ]);
  }
});

test("what is no plan is refused with the place and what is wrong there", () => {
  expect(faultsOf("")).toEqual(["plan: There is nothing here: plan JSON is an object with summary and tasks."]);
  expect(faultsOf("I would rather not.")[0]).toContain("This is not JSON");
  expect(faultsOf(plan({ title: "a" }).slice(0, -4))[0]).toContain("The JSON breaks off here. Send it whole.");
  expect(faultsOf("[]")[0]).toMatch(/^plan: /);
  expect(faultsOf(plan())).toEqual(["tasks: A plan has at least one task."]);
  expect(faultsOf(plan({ title: "a" }, { title: "b", type: "magic" }))[0]).toMatch(/^tasks\[1\]\.type: /);
  expect(faultsOf(plan({ title: " \u202e\u200b " }))[0]).toMatch(/^tasks\[0\]\.title: /);
  expect(faultsOf(plan({ title: "a", dependsOn: [0] }))).toEqual(["tasks[0].dependsOn: It cannot wait for itself."]);
  expect(faultsOf(plan({ title: "a", dependsOn: [7] }))[0]).toContain(
    "tasks[0].dependsOn: There is no task at place 7 (places are 0 to 0)",
  );
  expect(faultsOf(plan({ title: "a", dependsOn: ["x"] }))[0]).toContain("There is no task x in the plan");
  expect(faultsOf(plan({ title: "a", key: "x" }, { title: "b", key: "x" }))[0]).toContain(
    "tasks[1].key: x is the key of another task too.",
  );
  expect(
    faultsOf(plan({ title: "a", dependsOn: [2] }, { title: "b", dependsOn: [0] }, { title: "c", dependsOn: [1] }))[0],
  ).toContain("“a” (t1) → “c” (t3) → “b” (t2) → “a” (t1)");
  expect(readPlan({ tasks: Array.from({ length: 10_000 }, () => ({ title: "x" })) }).faults?.[0]?.message).toBe(
    "A plan has at most 1000 tasks, not 10000.",
  );
});

test("a title is what it looks like: without control characters, line breaks, or what turns text around", () => {
  const { document } = readPlanText(
    plan({ title: "Delete\u202e everything\n\u0000 <script>alert(1)</script>\u200b " }),
  );
  expect(document?.tasks[0]?.title).toBe("Delete everything <script>alert(1)</script>");
});

test("a chain of 1000 tasks is checked, and a circle of 1000 named, at once", () => {
  const chain = Array.from({ length: 1_000 }, (_, place) => ({
    title: `t ${place}`,
    dependsOn: place > 0 ? [place - 1] : [],
  }));
  expect(readPlan({ tasks: chain }).document?.tasks).toHaveLength(1_000);
  const circle = chain.map((task, place) => (place === 0 ? { ...task, dependsOn: [999] } : task));
  expect(readPlan({ tasks: circle }).faults?.[0]?.message).toContain("circle");
});

test("every template writes a plan without a model: sound, the same again, all sentences covered, deeper with more rigor", () => {
  const wanted = "Users can export invoices as CSV. The export has a progress bar. It can be stopped.";
  for (const name of templateNames) {
    const [low, high] = [planFromTemplate(name, wanted, "L1"), planFromTemplate(name, wanted, "L3")];
    expect([name, faultsOfGraph(high.tasks)]).toEqual([name, []]);
    expect(planFromTemplate(name, wanted, "L3")).toEqual(high);
    if (name === "sample") continue;
    expect(high.tasks.length).toBeGreaterThan(low.tasks.length);
    expect([name, coverageOf(wanted, high).filter(({ by }) => by.length === 0)]).toEqual([name, []]);
    expect(high.tasks.filter(({ title }) => /progress bar/.test(title))).toHaveLength(1);
  }
  expect(planFromTemplate("feature", "Let people log in with GitHub", "L2").tasks.length).toBeGreaterThanOrEqual(8);
});

test("the template follows the words of the sentence", () => {
  expect(templateFor("Fix the crash when the list is empty")).toBe("bug_fix");
  expect(templateFor("Refactor the billing module")).toBe("refactor");
  expect(templateFor("Migrate the database to Postgres 18")).toBe("migration");
  expect(templateFor("Add a dark theme")).toBe("feature");
});

test("coverage names the task that meets a sentence, by its word or by its words, and what nothing meets", () => {
  const { document } = readPlanText(
    plan({ title: "Export", covers: [1] }, { title: "Show a progress bar while exporting invoices" }),
  );
  const covered = coverageOf(
    "Export invoices.\nShow a progress bar while exporting.\nSend a mail at the end.",
    document ?? { summary: "", tasks: [] },
  );
  expect(covered.map(({ by }) => by.map(({ key, how }) => [key, how]))).toEqual([
    [["t1", "stated"]],
    [["t2", "words"]],
    [],
  ]);
});

test("a plan survives Markdown and comes back the same", () => {
  const document = planFromTemplate("migration", "Move the shop from MySQL to Postgres. Keep it running.", "L3");
  const odd = {
    ...document,
    tasks: document.tasks.map((task, place) =>
      place === 0
        ? {
            ...task,
            description: "# not a heading\n- not a fact: no\ntext",
            estimateTokens: 5,
            allowedTools: ["read_file"],
            tags: ["x"],
          }
        : task,
    ),
  };
  const page = toMarkdown({ title: "Shop", requirements: "Move it.\nSoon.", document: odd });
  const { title, requirements, written } = fromMarkdown(page);
  expect([title, requirements]).toEqual(["Shop", "Move it.\nSoon."]);
  expect(readPlan(written)).toEqual({ document: odd });
});
