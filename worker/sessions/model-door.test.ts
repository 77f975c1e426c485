import { createServer } from "node:http";
import { sql } from "drizzle-orm";
import { expect, onTestFinished, test } from "vitest";
import { insist } from "#server/llm/settling.ts";
import { bookAbandonedCalls } from "#server/sessions/abandoned-calls.ts";
import { listCredentialsOperation, removeCredentialOperation } from "#server/credentials/operations.ts";
import { modelDoor } from "./model-door.ts";
import { openConversations } from "./test/conversing.ts";

const { run, runtime, db, lab, open } = await openConversations();
const usage = { input: 70, cacheRead: 30, output: 12 };

/** A session's door on a port, as its sandbox has it on a socket. */
async function openDoor(opening: { provider: string; model: string; api?: "ollama"; baseUrl?: string }) {
  const { org, session, read } = await open({
    api: "openai_compatible",
    prompt: "Hi.",
    agentKind: "codex",
    ...opening,
  });
  const held = { orgId: org.orgId, sessionId: session.id };
  const door = modelDoor(runtime, held, { onUsage: () => {}, isOurs: false });
  const server = createServer((request, response) => void door(request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const ask = (path: string, body: object) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer none", "x-goog-api-key": "none" },
      body: JSON.stringify(body),
    });
  return { ask, read, session, org };
}

test("Codex's form is passed on with the organization's key, kept by nobody, and booked to the micro-dollar", async () => {
  lab.answerWith(() => ({ text: "Hello there.", usage }));
  const { ask, read } = await openDoor({ provider: "openai", model: "gpt-5" });
  const input = [{ role: "user", content: [{ type: "input_text", text: "Hi." }] }];
  const answered = await ask("/v1/responses", { model: "gpt-5", input, stream: true, store: true });
  expect(answered.headers.get("content-type")).toBe("text/event-stream");
  expect(await answered.text()).toContain('"delta":"Hello there."');
  expect(lab.requests.at(-1)).toMatchObject({ api: "responses", key: "the-real-key", body: { store: false } });
  // 70 × $1.25 + 30 × $0.125 + 12 × $10 a million: 87.5 + 3.75 + 120 micro-dollars, rounded up.
  expect(await read()).toMatchObject({ inputTokens: 70, cacheReadTokens: 30, outputTokens: 12, costMicros: 212 });
});

test("Gemini's form names the model in its path and is booked to the micro-dollar", async () => {
  lab.answerWith(() => ({ text: "Hello there.", usage }));
  const { ask, read } = await openDoor({ provider: "google", model: "gemini-2.5-pro", baseUrl: lab.googleUrl });
  const body = { contents: [{ role: "user", parts: [{ text: "Hi." }] }], generationConfig: { maxOutputTokens: 100 } };
  const answered = await ask("/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse", body);
  expect(await answered.text()).toContain('"text":"Hello there."');
  expect(lab.requests.at(-1)).toMatchObject({ api: "gemini", key: "the-real-key", texts: ["Hi."] });
  // 70 × $2.50 + 30 × $0.25 + 12 × $15 a million: 175 + 7.5 + 180 micro-dollars, rounded up.
  expect(await read()).toMatchObject({ inputTokens: 70, cacheReadTokens: 30, outputTokens: 12, costMicros: 363 });
  const refused = await ask("/v1beta/models/gemini-2.5-pro:countTokens", body);
  expect([refused.status, await refused.text()]).toEqual([404, expect.stringContaining("/v1/responses")]);
});

test("a form that the model's provider does not have is refused in words, and no money stays set aside", async () => {
  const { ask, read } = await openDoor({ provider: "ollama", model: "llama3.2", api: "ollama" });
  const answered = await ask("/v1/messages", { model: "llama3.2", max_tokens: 10, messages: [] });
  expect([answered.status, await answered.text()]).toEqual([400, expect.stringContaining("is not reached by")]);
  expect((await ask("/v1/responses", { input: "no model" })).status).toBe(400);
  expect(await read()).toMatchObject({ calls: 0, costMicros: 0 });
});

test("where money cannot be booked for good, the answer that is there goes on at once, and the most it could cost is booked later", async () => {
  lab.answerWith(() => ({ text: "All of it.", usage }));
  const { ask, read, session } = await openDoor({ provider: "openai", model: "gpt-5" });
  const signature = "settle_money(uuid, uuid, uuid, uuid[], bigint, timestamptz, text)";
  await db.execute(sql.raw(`alter function ${signature} rename to settle_money_of_another_version`));
  const restore = () =>
    db.execute(sql.raw(`alter function ${signature.replace("(", "_of_another_version(")} rename to settle_money`));
  try {
    const answered = await ask("/v1/responses", { model: "gpt-5", input: "Hi.", max_output_tokens: 100, stream: true });
    const text = await answered.text();
    expect(text).toContain('"delta":"All of it."');
    expect(text).toContain("response.completed");
    expect(await read()).toMatchObject({ calls: 0, costMicros: 0 });
  } finally {
    await restore();
  }
  const [held] = await db.execute<{ micros: number }>(sql`update reservations set expires_at = clock_timestamp()
    where session_id = ${session.id} and status = 'open' and is_call returning micros::int as micros`);
  expect(held?.micros).toBeGreaterThan(0);
  expect(await bookAbandonedCalls(runtime)).toBe(1);
  expect(await read()).toMatchObject({ calls: 1, costMicros: held?.micros });
});

test("what cannot pass by itself is tried once; what can, until it has, and that is said", async () => {
  const said: unknown[] = [];
  const log = { warn: (facts: unknown) => said.push(facts) };
  const failing = (code: string, times: number) => {
    let calls = 0;
    const work = async () => {
      calls++;
      if (calls <= times) throw new Error("Failed query", { cause: Object.assign(new Error("refused"), { code }) });
      return calls;
    };
    return { work, calls: () => calls };
  };
  for (const code of ["42883", "22P02", "23514"]) {
    const one = failing(code, 9);
    await expect(insist(one.work, log)).rejects.toThrow("Failed query");
    expect(one.calls(), code).toBe(1);
  }
  expect(said).toEqual([]);
  for (const code of ["57P01", "CONNECTION_CLOSED", "40P01"])
    expect(await insist(failing(code, 2).work, log), code).toBe(3);
  expect(said).toMatchObject([{ attempt: 0 }, { attempt: 0 }, { attempt: 0 }]);
});

test("what only people can mend is refused with a status that no client tries again, in the form's own words", async () => {
  const { ask, org } = await openDoor({ provider: "openai", model: "gpt-5" });
  const { credentials } = await run(listCredentialsOperation, org.owner, {});
  for (const { id } of credentials) await run(removeCredentialOperation, org.owner, { credentialId: id });
  const refused = await ask("/v1/responses", { model: "gpt-5", input: [] });
  expect([refused.status, await refused.json()]).toEqual([
    400,
    {
      type: "error",
      error: { type: "invalid_request_error", code: "unavailable", message: expect.stringMatching(words) },
    },
  ]);
  const google = await ask("/v1beta/models/gemini-2.5-pro:generateContent", { contents: [] });
  expect([google.status, await google.json()]).toEqual([
    400,
    { error: { code: 400, status: "UNAVAILABLE", message: expect.stringMatching(words) } },
  ]);
});

const words = /^No model can be called now\..*has no key here.*Owners and admins add keys/;
