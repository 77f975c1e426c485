import { expect, test } from "vitest";
import { removeCredentialOperation } from "../credentials/operations.ts";
import { saveCredential } from "../credentials/service.ts";
import { as, createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { createSession, resumeSession, setSessionModel, stopSessionOperation } from "./operations.ts";

const { runtime } = await openTestRuntime();
const { run } = workIn(runtime);

async function open() {
  const org = await createTestOrg(runtime);
  const begin = (agentKind: string, more: { prompt?: string; model?: string } = {}) =>
    run(createSession, org.owner, { teamId: org.teamId, agentKind, ...more });
  const addKey = (provider: "anthropic" | "openai", ...models: string[]) =>
    as(runtime, org.owner, (context) =>
      saveCredential(
        context,
        {
          ...{ api: provider === "anthropic" ? ("anthropic" as const) : ("openai_compatible" as const), provider },
          ...{ baseUrl: `https://api.${provider}.com/v1`, key: "k" },
        },
        { ok: true, answer: "models", models },
      ),
    );
  return { org, begin, addKey };
}

test("an agent is begun with a model it can speak to, and refused in words where no key fits it", async () => {
  const { org, begin, addKey } = await open();
  await addKey("anthropic", "claude-sonnet-5-5");
  const refusal = { code: "unavailable", message: expect.stringMatching(/Codex.*OpenAI's form.*keys for anthropic\./) };
  await expect(begin("codex")).rejects.toMatchObject(refusal);
  await expect(begin("codex", { model: "anthropic/claude-sonnet-5-5" })).rejects.toMatchObject(refusal);
  expect((await begin("claude")).session.model).toBe("anthropic/claude-sonnet-5-5");
  await addKey("openai", "gpt-5.1");
  const { session } = await begin("codex");
  expect(session.model, "of the same routing, the first that it reaches").toBe("openai/gpt-5.1");
  const change = (model: string) => run(setSessionModel, org.owner, { sessionId: session.id, model });
  await expect(change("anthropic/claude-sonnet-5-5")).rejects.toMatchObject({ code: "unavailable" });
});

test("without any key nothing is begun that is to answer at once; a session may stand ready for a key", async () => {
  const { begin } = await open();
  const refusal = { code: "unavailable", message: expect.stringMatching(/no key that works.*Settings → Models/) };
  await expect(begin("entourage", { prompt: "Hello." })).rejects.toMatchObject(refusal);
  expect((await begin("entourage")).session.status).toBe("initializing");
});

test("what is taken up again is refused in words where its model has lost its key, until it has another", async () => {
  const { org, begin, addKey } = await open();
  await addKey("anthropic", "claude-sonnet-5-5");
  const credentialId = await addKey("openai", "gpt-5.1");
  const { session } = await begin("entourage", { model: "openai/gpt-5.1" });
  const input = { sessionId: session.id };
  await run(stopSessionOperation, org.owner, input);
  await run(removeCredentialOperation, org.owner, { credentialId });
  const refusal = { code: "unavailable", message: expect.stringMatching(/gpt-5\.1.*keys for anthropic\./) };
  await expect(run(resumeSession, org.owner, input)).rejects.toMatchObject(refusal);
  await run(setSessionModel, org.owner, { ...input, model: "anthropic/claude-sonnet-5-5" });
  expect((await run(resumeSession, org.owner, input)).session.status).toBe("initializing");
});
