import { expect, test } from "vitest";
import { parseOrRefuse } from "./input-refusal.ts";
import { heartbeatInput } from "./leases/schema.ts";
import { answerInput } from "./human-requests/schema.ts";
import { requestReviewInput, sendBackInput } from "./reviews/schema.ts";

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
