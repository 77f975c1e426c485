import { pino } from "pino";
import { afterAll, expect, test } from "vitest";
import { saveCredential } from "#server/credentials/service.ts";
import { listLearnings } from "#server/learnings/operations.ts";
import { openModelLab } from "#server/llm/test/model-lab.ts";
import { submitTaskResult } from "#server/reviews/operations.ts";
import { previewContext } from "#server/task-contexts/operations.ts";
import { as, createTestAgent, createTestOrg, openTestRuntime, type TestOrg } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { readFinished } from "./learning-part.ts";

const { runtime } = await openTestRuntime();
const { run, addTask, claim, move } = workIn(runtime);
const lab = await openModelLab();
afterAll(() => lab.close());
const look = () => readFinished(runtime, pino({ level: "silent" }), new AbortController().signal);

async function finished(org: TestOrg, result: string) {
  const agent = await createTestAgent(runtime, org);
  const task = await addTask(org, { title: "Build the login" });
  await claim(agent, task.id);
  await run(submitTaskResult, agent, { task: task.id, result });
  await move(org.owner, task.id, "done");
  return task;
}
const learned = async (org: TestOrg) =>
  (await run(listLearnings, org.owner, { teamId: org.teamId })).learnings.map(({ kind, body, source }) => [
    kind,
    body,
    source,
  ]);

test("what a finished task left is read once, and those after it are told what it taught", async () => {
  const org = await createTestOrg(runtime);
  await finished(org, "It works.\nDecision: cookies, no tokens in the browser.");
  await Promise.all([look(), look()]);
  await look();
  expect(await learned(org)).toEqual([["decision", "cookies, no tokens in the browser.", "rules"]]);
  const next = await addTask(org, { title: "Build the login page" });
  const seen = await run(previewContext, org.owner, { task: next.id });
  expect(seen.sections.map(({ text }) => text)).toContain("cookies, no tokens in the browser.");
});

test("a local model reads what rules do not find; what it makes up besides, and one that is away, do no harm", async () => {
  const org = await createTestOrg(runtime);
  const saved = { provider: "ollama", api: "ollama" as const, baseUrl: lab.urls.ollama, key: null };
  await as(runtime, org.owner, (context) => saveCredential(context, saved, { ok: true, answer: "", models: [] }));
  const notes = `We found out that the session store forgets everything at midnight. ${"It took a while to see. ".repeat(12)}`;
  const said = [{ kind: "gotcha", body: "The session store forgets everything at midnight." }];
  lab.answerWith(({ texts }) => ({
    text: texts.join().includes("midnight") ? JSON.stringify({ learnings: said }) : "?",
  }));
  await finished(org, notes);
  await look();
  expect(await learned(org)).toEqual([["gotcha", "The session store forgets everything at midnight.", "model"]]);
  lab.answerWith(() => ({ text: '{"learnings":[{"kind":"gossip","body":"x"}]}' }));
  await finished(org, `Reference: see docs/login.md for all of it. ${notes}`);
  await look();
  lab.answerWith(() => ({ status: 400, message: "no such model" }));
  await finished(org, `${notes} Again.`);
  await look();
  expect(new Set((await learned(org)).map(([kind]) => kind))).toEqual(new Set(["gotcha", "reference"]));
});
