import type { Complexity, Rigor, TaskType } from "#db/enums.ts";
import { sentencesOf } from "./coverage.ts";
import type { PlanDocument, TemplateName } from "./document.ts";
import { readPlan, requirePlan } from "./parsing.ts";
import { samplePlan } from "./sample.ts";

/** One step of a template; `after` names earlier steps. A step with `each` is there once for every sentence. */
interface Step {
  name: string;
  title: string;
  description: string;
  type: TaskType;
  complexity?: Complexity;
  minutes: number;
  criteria: string[];
  after: string[];
  each?: true;
  /** The lowest rigor at which it is done. */
  from?: Rigor;
}

/** `{goal}` is the first sentence, `{part}` the one a step is for. */
const templates: Record<Exclude<TemplateName, "sample">, readonly Step[]> = {
  feature: [
    step("look", "Find where it belongs: {goal}", "research", 10, [], {
      description:
        "Read the code around it. Write down which files change, which rules hold there, and what must not break.",
      criteria: ["The files that change are named", "Open questions are asked"],
      complexity: "simple",
    }),
    step("design", "Decide how it works: {goal}", "analysis", 15, ["look"], {
      description: "Inputs, outputs, what is refused and how. A page at most, for those who build it.",
      criteria: ["Every sentence of the requirements has its place in the design"],
    }),
    step("checks", "Write down what must hold: {goal}", "test", 15, ["design"], {
      description: "Tests that fail now and pass when it is done, one for each thing a user would notice.",
      criteria: ["Each test names a guarantee", "They fail for the right reason"],
      from: "L2",
    }),
    step("model", "Lay the ground: data and interfaces for {goal}", "feature", 25, ["design"], {
      description: "The types, tables and signatures that the rest is built on, with nothing behind them yet.",
      criteria: ["Everything that is there already still works"],
    }),
    step("build", "Build: {part}", "feature", 40, ["model"], {
      description: "{part}",
      criteria: ["It does what the sentence says", "It has a test"],
      each: true,
    }),
    step("edges", "Refuse bad input, survive failures: {goal}", "feature", 25, ["build"], {
      description: "Empty, wrong, too large, twice, at the same moment, interrupted: each ends in a clear answer.",
      criteria: ["Each refusal says what is possible now"],
      from: "L2",
    }),
    step("join", "Bring it together: {goal}", "integration", 25, ["build", "edges"], {
      description: "Connect the parts with what is there, end to end, and remove what is no longer needed.",
      criteria: ["It can be used from its entry point to its result"],
    }),
    step("prove", "Prove it end to end: {goal}", "test", 20, ["join", "checks"], {
      description: "Run what was written down first, and one walk through the whole as a user does it.",
      criteria: ["All tests pass", "The walk is a test of its own"],
      from: "L2",
    }),
    step("tell", "Tell how to use it: {goal}", "docs", 15, ["join"], {
      description: "The sentence of the documentation that was wrong until now, and an example that runs.",
      criteria: ["The example runs as it stands"],
      complexity: "simple",
      from: "L2",
    }),
    step("second", "Look again with fresh eyes: {goal}", "analysis", 20, ["prove", "tell"], {
      description: "Read the whole change as one who has to keep it: names, surprises, security, what is slow.",
      criteria: ["What was found is mended or written down"],
      from: "L3",
    }),
  ],
  bug_fix: [
    step("see", "Make it happen again: {goal}", "bug", 20, [], {
      description: "The shortest way to the fault, as a test that fails.",
      criteria: ["A test fails because of the fault and of nothing else"],
    }),
    step("cause", "Find the cause: {goal}", "research", 25, ["see"], {
      description: "The first place where what is true differs from what is expected, and since when.",
      criteria: ["The cause explains every symptom that was told"],
    }),
    step("mend", "Mend: {part}", "bug", 30, ["cause"], {
      description: "{part}\n\nMend the cause, not the symptom.",
      criteria: ["The test passes", "No other test changed its meaning"],
      each: true,
    }),
    step("kin", "Look for its kin: {goal}", "research", 15, ["cause"], {
      description: "The same mistake in other places.",
      criteria: ["Each place is mended or named"],
      complexity: "simple",
      from: "L2",
    }),
    step("guard", "Keep it from coming back: {goal}", "test", 15, ["mend", "kin"], {
      description: "Tests for the cause and the cases around it.",
      criteria: ["They fail without the mend"],
      from: "L2",
    }),
    step("tell", "Say what was wrong: {goal}", "docs", 10, ["mend"], {
      description: "A line for those who met it: what happened, since when, and that it is over.",
      criteria: ["Who met the fault recognises it"],
      complexity: "simple",
      from: "L3",
    }),
  ],
  refactor: [
    step("map", "Draw how it is: {goal}", "research", 15, [], {
      description: "What calls what, what is tested, what is surprising.",
      criteria: ["All callers are named"],
    }),
    step("hold", "Hold its behaviour with tests: {goal}", "test", 30, ["map"], {
      description: "Tests for what it does now, right or wrong, so that any change of it is seen.",
      criteria: ["They pass before anything is changed"],
    }),
    step("shape", "Decide the new shape: {goal}", "analysis", 15, ["map"], {
      description: "Names, borders and the order of the steps, each of which can be merged by itself.",
      criteria: ["Every step leaves the whole working"],
    }),
    step("move", "Change step by step: {part}", "refactor", 40, ["hold", "shape"], {
      description: "{part}\n\nBehaviour stays as it is.",
      criteria: ["The tests pass unchanged"],
      each: true,
    }),
    step("clear", "Take away what is left over: {goal}", "chore", 15, ["move"], {
      description: "Old names, dead code, comments that are wrong now.",
      criteria: ["Nothing refers to the old shape"],
      complexity: "simple",
    }),
    step("measure", "Compare before and after: {goal}", "analysis", 15, ["clear"], {
      description: "Speed, size and readability, with numbers where there are any.",
      criteria: ["Nothing got worse unnoticed"],
      from: "L2",
    }),
    step("tell", "Describe the new shape: {goal}", "docs", 10, ["clear"], {
      description: "The paragraph by which the next one finds their way.",
      criteria: ["It names the files as they are now"],
      complexity: "simple",
      from: "L3",
    }),
  ],
  migration: [
    step("list", "List what has to move: {goal}", "research", 20, [], {
      description: "Every use of the old, with what it needs of the new.",
      criteria: ["Nothing is counted as done that was not looked at"],
    }),
    step("way", "Plan the way there and back: {goal}", "analysis", 20, ["list"], {
      description: "Order, what runs side by side meanwhile, and how to go back at every step.",
      criteria: ["Every step has its way back"],
    }),
    step("bridge", "Let old and new stand side by side: {goal}", "integration", 40, ["way"], {
      description: "What lets the parts move one after the other.",
      criteria: ["Nothing changed for users yet"],
    }),
    step("rehearse", "Rehearse with a copy: {goal}", "test", 25, ["bridge"], {
      description: "The whole way on a copy of real data, with its duration.",
      criteria: ["Counts and spot checks agree before and after"],
      from: "L2",
    }),
    step("move", "Move: {part}", "integration", 45, ["bridge"], {
      description: "{part}",
      criteria: ["It runs on the new alone", "Its tests pass"],
      each: true,
    }),
    step("check", "Compare old and new: {goal}", "test", 25, ["move", "rehearse"], {
      description: "Numbers, samples and behaviour of both.",
      criteria: ["Each difference is explained"],
    }),
    step("off", "Switch the old off: {goal}", "chore", 15, ["check"], {
      description: "Remove it, with its settings and documentation.",
      criteria: ["Nothing refers to it"],
      complexity: "simple",
    }),
    step("tell", "Tell whoever is concerned: {goal}", "docs", 10, ["check"], {
      description: "What changed, since when, and what to do if something is missing.",
      criteria: ["It says how to go back"],
      complexity: "simple",
      from: "L2",
    }),
  ],
};

/** The template that a text asks for by its words. */
export function templateFor(requirements: string): TemplateName {
  if (/\b(fix|bug|crash\w*|broken|error|fails?|regression|wrong(ly)?)\b/i.test(requirements)) return "bug_fix";
  if (/\b(refactor\w*|clean up|simplify|restructure|extract|rename|untangle)\b/i.test(requirements)) return "refactor";
  if (
    /\b(migrat\w*|upgrade|move (?:\w+ ){0,4}(?:from|to)|port (?:\w+ ){0,3}to|replace \w+ (?:with|by))\b/i.test(
      requirements,
    )
  )
    return "migration";
  return "feature";
}

const mostParts = 30;

/**
 * A plan without a model: the same for the same words. Every sentence of the requirements gets a step of its own where the
 * template builds, and the steps before and after serve them all.
 */
export function planFromTemplate(name: TemplateName, requirements: string, rigor: Rigor): PlanDocument {
  if (name === "sample") return samplePlan();
  const sentences = sentencesOf(requirements);
  const parts = (sentences.length > 0 ? sentences : [requirements.trim()]).slice(0, mostParts);
  const [first = ""] = parts;
  const steps = templates[name].filter(({ from = "L1" }) => from <= rigor);
  const there = new Set(steps.map((one) => one.name));
  const all = parts.map((_, index) => index + 1);
  const tasks = steps.flatMap((one) =>
    (one.each ? parts : [first]).map((part, index) => ({
      key: one.each && parts.length > 1 ? `${one.name}-${index + 1}` : one.name,
      title: short(fill(one.title, { goal: short(first, 80), part: short(part, 120) }), 200),
      description: fill(one.description, { goal: first, part }),
      type: one.type,
      complexity: one.each && part.length > 160 ? "complex" : (one.complexity ?? "medium"),
      acceptanceCriteria: one.criteria,
      estimateMinutes: one.minutes,
      dependsOn: one.after
        .filter((before) => there.has(before))
        .flatMap((before) => keysOf(steps, before, parts.length)),
      covers: one.each ? [index + 1] : all,
    })),
  );
  return requirePlan(readPlan({ summary: `${short(first, 300)} (${name.replace("_", " ")}, rigor ${rigor})`, tasks }));
}

function keysOf(steps: readonly Step[], name: string, parts: number): string[] {
  const repeated = steps.find((one) => one.name === name)?.each && parts > 1;
  return repeated ? Array.from({ length: parts }, (_, index) => `${name}-${index + 1}`) : [name];
}

function step(
  name: string,
  title: string,
  type: TaskType,
  minutes: number,
  after: string[],
  rest: Pick<Step, "description" | "criteria"> & Partial<Pick<Step, "complexity" | "each" | "from">>,
): Step {
  return { name, title, type, minutes, after, ...rest };
}

const fill = (pattern: string, words: { goal: string; part: string }): string =>
  pattern.replaceAll("{goal}", () => words.goal).replaceAll("{part}", () => words.part);

function short(text: string, most: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  const bare = line.replace(/[.;:]$/, "");
  return bare.length <= most ? bare : `${bare.slice(0, most - 1).trimEnd()}…`;
}
