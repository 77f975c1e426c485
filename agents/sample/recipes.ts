/** One task of the sample: what the scripted engineer writes for it, as a real change with a real test. */
export interface Recipe {
  name: string;
  title: string;
  description: string;
  dependsOn: string[];
  files: Record<string, string>;
  /** What it writes instead after a reviewer asked for a change. */
  secondTry?: Record<string, string>;
  /** What the scripted reviewer asks for at the first attempt. */
  askFor?: { path: string; line: number; body: string };
  /** Written at the first attempt where the plan says so: it reads well, and fails its test. */
  slip?: Record<string, string>;
  /** Asked of people first where the plan says so; what is written follows the answer. */
  question?: {
    title: string;
    detail: string;
    options: { value: string; label: string; files: Record<string, string> }[];
  };
}

/** The repository everything starts from: a library of text functions with a test suite that Node runs by itself. */
export const startingFiles: Record<string, string> = {
  "README.md": "# textkit\n\nSmall, tested text functions. Run the tests with `node --test`.\n",
  "package.json": `${JSON.stringify({ name: "textkit", version: "0.1.0", type: "module", scripts: { test: "node --test" } }, null, 2)}\n`,
  "src/words.js":
    "/** Splits text into words. */\nexport const words = (text) => text.match(/[\\p{L}\\p{N}]+/gu) ?? [];\n",
  "test/words.test.js":
    'import assert from "node:assert/strict";\nimport { test } from "node:test";\nimport { words } from "../src/words.js";\n\ntest("splits at anything that is not a letter or digit", () => {\n  assert.deepEqual(words("One, two – 3!"), ["One", "two", "3"]);\n});\n',
};

/** A source file and its test, in the form every recipe has. */
function module(name: string, source: string, cases: string): Record<string, string> {
  return {
    [`src/${name}.js`]: source,
    [`test/${name}.test.js`]: `import assert from "node:assert/strict";\nimport { test } from "node:test";\nimport { ${name} } from "../src/${name}.js";\n\n${cases}`,
  };
}

const keepsTheRest = module(
  "capitalize",
  "/** Upper-cases the first letter. */\nexport const capitalize = (word) => word.slice(0, 1).toUpperCase() + word.slice(1);\n",
  'test("changes only the first letter", () => {\n  assert.equal(capitalize("mcDonald"), "McDonald");\n  assert.equal(capitalize(""), "");\n});\n',
);
const lowersTheRest = module(
  "capitalize",
  "/** Upper-cases the first letter and lower-cases the rest. */\nexport const capitalize = (word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();\n",
  'test("changes the rest too", () => {\n  assert.equal(capitalize("mcDONALD"), "Mcdonald");\n  assert.equal(capitalize(""), "");\n});\n',
);
const capitalsQuestion = {
  title: "What happens to the other letters of a word?",
  detail:
    "capitalize() makes the first letter upper-case. The requirements do not say what becomes of the rest: `mcDonald`.",
  options: [
    { value: "keep", label: "Keep them: McDonald", files: keepsTheRest },
    { value: "lower", label: "Make them lower-case: Mcdonald", files: lowersTheRest },
  ],
};

/** A diamond (capitalize → title, initials → monogram), a chain (slugify → anchor → toc), and two that stand alone. */
export const recipes: readonly Recipe[] = [
  {
    name: "capitalize",
    title: "Add capitalize()",
    description: "Upper-case the first letter of a word and leave the rest.",
    dependsOn: [],
    files: keepsTheRest,
    question: capitalsQuestion,
  },
  {
    name: "title",
    title: "Add title() on top of capitalize()",
    description: "Capitalize every word of a sentence.",
    dependsOn: ["capitalize"],
    files: module(
      "title",
      'import { capitalize } from "./capitalize.js";\nimport { words } from "./words.js";\n\n/** Capitalizes every word. */\nexport const title = (text) => words(text).map(capitalize).join(" ");\n',
      'test("capitalizes every word", () => {\n  assert.equal(title("the quick fox"), "The Quick Fox");\n});\n',
    ),
  },
  {
    name: "initials",
    title: "Add initials() on top of capitalize()",
    description: "The first letters of a name, upper-case.",
    dependsOn: ["capitalize"],
    files: module(
      "initials",
      'import { capitalize } from "./capitalize.js";\nimport { words } from "./words.js";\n\nexport const initials = (name) => words(name).map((word) => capitalize(word)[0]).join("");\n',
      'test("takes the first letter of each word", () => {\n  assert.equal(initials("ada king lovelace"), "AKL");\n});\n',
    ),
    secondTry: module(
      "initials",
      'import { capitalize } from "./capitalize.js";\nimport { words } from "./words.js";\n\n/** The first letter of every word, upper-case: `ada lovelace` → `AL`. */\nexport const initials = (name) => words(name).map((word) => capitalize(word)[0]).join("");\n',
      'test("takes the first letter of each word", () => {\n  assert.equal(initials("ada king lovelace"), "AKL");\n});\n\ntest("of nothing is nothing", () => {\n  assert.equal(initials(""), "");\n});\n',
    ),
    askFor: {
      path: "src/initials.js",
      line: 4,
      body: "Every exported function here has a doc comment with an example. Add one, and a test for the empty name.",
    },
  },
  {
    name: "monogram",
    title: "Add monogram() from title() and initials()",
    description: "A name with its initials, as on a door plate.",
    dependsOn: ["title", "initials"],
    files: module(
      "monogram",
      'import { initials } from "./initials.js";\nimport { title } from "./title.js";\n\n/** A name with its initials: `Ada Lovelace (AL)`. */\nexport const monogram = (name) => `${title(name)} (${initials(name)})`;\n',
      'test("joins the name and its initials", () => {\n  assert.equal(monogram("ada lovelace"), "Ada Lovelace (AL)");\n});\n',
    ),
  },
  {
    name: "slugify",
    title: "Add slugify()",
    description: "Text as it may stand in a URL.",
    dependsOn: [],
    files: module(
      "slugify",
      'import { words } from "./words.js";\n\n/** Text as it may stand in a URL. */\nexport const slugify = (text) => words(text).join("-").toLowerCase();\n',
      'test("joins words with hyphens", () => {\n  assert.equal(slugify("Merge, then rest!"), "merge-then-rest");\n});\n',
    ),
  },
  {
    name: "anchor",
    title: "Add anchor() on top of slugify()",
    description: "The link to a heading of a page.",
    dependsOn: ["slugify"],
    files: module(
      "anchor",
      'import { slugify } from "./slugify.js";\n\n/** A Markdown link to a heading. */\nexport const anchor = (heading) => `[${heading}](#${slugify(heading)})`;\n',
      'test("links to the heading", () => {\n  assert.equal(anchor("Read me"), "[Read me](#read-me)");\n});\n',
    ),
  },
  {
    name: "toc",
    title: "Add toc() on top of anchor()",
    description: "A table of contents for Markdown.",
    dependsOn: ["anchor"],
    files: module(
      "toc",
      'import { anchor } from "./anchor.js";\n\n/** A table of contents: a link for every heading. */\nexport const toc = (markdown) =>\n  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => `- ${anchor(heading)}`).join("\\n");\n',
      'test("lists every heading", () => {\n  assert.equal(toc("# One\\ntext\\n## Two"), "- [One](#one)\\n- [Two](#two)");\n});\n',
    ),
  },
  {
    name: "truncate",
    title: "Add truncate()",
    description: "Shorten text to a length, with an ellipsis.",
    dependsOn: [],
    files: module(
      "truncate",
      "/** Shortens text to at most `length` characters; the last is an ellipsis when something was cut. */\nexport const truncate = (text, length) => (text.length <= length ? text : `${text.slice(0, length - 1)}…`);\n",
      'test("cuts only what is too long", () => {\n  assert.equal(truncate("short", 10), "short");\n  assert.equal(truncate("a long sentence", 7), "a long…");\n});\n',
    ),
  },
  {
    name: "count",
    title: "Add count()",
    description: "How many words a text has.",
    dependsOn: [],
    slip: module(
      "count",
      '/** How many words a text has. */\nexport const count = (text) => text.split(" ").length;\n',
      'test("counts words", () => {\n  assert.equal(count("one two  three"), 3);\n});\n',
    ),
    files: module(
      "count",
      'import { words } from "./words.js";\n\n/** How many words a text has. */\nexport const count = (text) => words(text).length;\n',
      'test("counts words", () => {\n  assert.equal(count("one two  three"), 3);\n});\n',
    ),
  },
];

/** Which recipe a task of the sample is made from stands in its tags. */
export const recipeTag = (name: string): string => `recipe:${name}`;

/** Tags by which a plan gives people a part in the sample; without them it runs through by itself. */
export const parts = { asks: "sample:asks", slips: "sample:slips", forPeople: "sample:for-people" } as const;

export function recipeOf(tags: readonly string[]): Recipe | undefined {
  return recipes.find(({ name }) => tags.includes(recipeTag(name)));
}
