import type { PlanDocument } from "./document.ts";
import { readPlan, requirePlan } from "./parsing.ts";

/** Function, what it does, what it stands on, which sentence it meets, minutes. The scripted engineers know each by its tag. */
const functions: [name: string, does: string, on: string[], covers: number, minutes: number][] = [
  ["capitalize", "Upper-case the first letter of a word and leave the rest.", [], 1, 10],
  ["title", "Capitalize every word of a sentence.", ["capitalize"], 1, 10],
  ["initials", "The first letters of a name, upper-case.", ["capitalize"], 1, 10],
  ["monogram", "A name with its initials, as on a door plate.", ["title", "initials"], 1, 15],
  ["slugify", "Text as it may stand in a URL.", [], 2, 10],
  ["anchor", "The link to a heading of a page.", ["slugify"], 2, 10],
  ["toc", "A table of contents for Markdown.", ["anchor"], 2, 15],
  ["truncate", "Shorten text to a length, with an ellipsis.", [], 3, 10],
  ["count", "How many words a text has.", [], 3, 5],
];

/** Where people have a part: one asks them, one slips and is caught by its gate, one is theirs to review. */
const parts: Record<string, string[]> = {
  capitalize: ["sample:asks"],
  count: ["sample:slips"],
  initials: ["sample:for-people"],
};

/** The plan of the sample: a diamond, a chain, and two that stand alone. */
export function samplePlan(): PlanDocument {
  const tasks = functions.map(([name, does, on, covers, minutes]) => ({
    key: name,
    title: `Add ${name}()${on.length > 0 ? ` on top of ${on.map((one) => `${one}()`).join(" and ")}` : ""}`,
    description: does,
    type: "feature",
    complexity: "simple",
    acceptanceCriteria: [`test/${name}.test.js passes`],
    touches: [`src/${name}.js`, `test/${name}.test.js`],
    estimateMinutes: minutes,
    tags: [`recipe:${name}`, ...(parts[name] ?? [])],
    dependsOn: on,
    covers: [covers],
  }));
  return requirePlan(readPlan({ summary: "Three small wishes for a library of text functions.", tasks }));
}
