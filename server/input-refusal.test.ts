import { expect, test } from "vitest";
import { parseOrRefuse } from "./input-refusal.ts";
import { heartbeatInput } from "./leases/schema.ts";
import { answerInput, askInput } from "./human-requests/schema.ts";
import { saveReportInput } from "./reports/schema.ts";
import { requestReviewInput, sendBackInput } from "./reviews/schema.ts";
import { saveContextInput } from "./task-contexts/schema.ts";

const refusalOf = (...input: Parameters<typeof parseOrRefuse>): string => {
  try {
    parseOrRefuse(...input);
  } catch (error) {
    return String(error);
  }
  return "";
};

test("a missing and a misspelt name are told with the names there are", () => {
  expect(refusalOf("request_review", requestReviewInput, { task: "1", sumary: "x" })).toBe(
    'AppError: request_review: summary: is missing; Unrecognized key: "sumary". ' +
      "It takes task, summary, commit (optional), lease (optional).",
  );
  expect(refusalOf("heartbeat", heartbeatInput, undefined)).toBe(
    "AppError: heartbeat: lease: is missing. It takes lease.",
  );
});

test("where every field is optional the smallest call that works is told, and it is one", () => {
  for (const [name, schema, raw, meant] of [
    ["ask_human", askInput, { question: "May I?" }, "title for question"],
    ["save_report", saveReportInput, { content: "# It", filename: "a.md" }, "text for content, path for filename"],
  ] as const) {
    const refused = refusalOf(name, schema, raw);
    expect(refused).toContain(`Did you mean ${meant}?`);
    const [, call = "null"] = /The smallest call: (.*)$/.exec(refused) ?? [];
    expect(schema.safeParse(JSON.parse(call)).success).toBe(true);
  }
});

test("a name for which another word is meant is told that word; one that fits nothing is told none, nor a name already given", () => {
  expect(refusalOf("save_context", saveContextInput, { task: "1", text: "x" })).toContain(
    " Did you mean body for text?",
  );
  expect(refusalOf("request_review", requestReviewInput, { taskId: "1" })).toContain(" Did you mean task for taskId?");
  expect(
    refusalOf("request_review", requestReviewInput, { task: "1", summary: "x", zzz: 1, taskId: "2" }),
  ).not.toContain("Did you mean");
});

test("a bad value is told with its place only", () => {
  const refused = refusalOf("request_changes", sendBackInput, {
    task: 12,
    text: "x",
    comments: [{ path: "a.ts", line: 0, body: "x" }],
  });
  expect(refused).toContain('task: Give a task\'s number as a text, such as "12" or "#12", or its id.');
  expect(refused).toContain("comments[0].line: Too small");
  expect(refused).not.toContain("It takes");
});

test("input nested so deep that reading it would end the process is refused before it is read", () => {
  const answer: unknown = JSON.parse(`${"[".repeat(9_000)}${"]".repeat(9_000)}`);
  expect(refusalOf("respond_to_request", answerInput, { request: "x", answer })).toBe(
    "AppError: respond_to_request: the input is nested deeper than 100 levels.",
  );
});
