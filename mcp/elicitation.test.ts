import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { expect, test, vi } from "vitest";
import { execute } from "#server/execute.ts";
import { getPendingRequests, getRequest, respondToRequest } from "#server/human-requests/operations.ts";
import { openTestDoors } from "#server/test/doors.ts";
import { createTestAgent, createTestOrg } from "#server/test/fixtures.ts";
import { connectModern, connectOlder, speak } from "./test/speak.ts";

const { runtime, address, keyOf } = await openTestDoors();
const url = new URL("/mcp", address);
const org = await createTestOrg(runtime);

async function newcomer() {
  const agent = await createTestAgent(runtime, org);
  return { agent, key: await keyOf(org, agent) };
}
const canAsk = { elicitation: { form: {} } };
const question = { title: "Blue or green?", detail: "For the **buttons**.", timeoutSeconds: 30 };
const call = (more: object = {}) => ({ name: "ask_human", arguments: { ...question, ...more } });
const byOwner = { requestId: "test" };
const read = async (request: string) => (await execute(getRequest, runtime, org.owner, { request }, byOwner)).request;
async function pendingOf(agentId: string): Promise<string> {
  const { requests } = await execute(getPendingRequests, runtime, org.owner, {}, byOwner);
  return requests.find(({ askedBy }) => askedBy.id === agentId)?.id ?? "";
}
const answer = (request: string, given: unknown) =>
  execute(respondToRequest, runtime, org.owner, { request, answer: given }, byOwner);

type Form = { message: string; requestedSchema: unknown };
type Given = {
  action: "accept" | "decline" | "cancel";
  content?: Record<string, string | number | boolean | string[]>;
};
type Person = (form: Form, signal: AbortSignal) => Promise<Given>;

/** A client with a person before it, in either era: calls `ask_human` and says what came of it. */
const clients = {
  "2026-07-28": async (key: string, person: Person) => {
    const { client, connect } = await connectModern(url, key, canAsk);
    client.setRequestHandler("elicitation/create", ({ params }, { mcpReq }) => person(params as Form, mcpReq.signal));
    await connect();
    return (input: object) => client.callTool(call(input));
  },
  "2025-11-25": async (key: string, person: Person) => {
    const { client, connect } = await connectOlder(url, key, canAsk);
    client.setRequestHandler(ElicitRequestSchema, ({ params }, { signal }) => person(params as Form, signal));
    await connect();
    return (input: object) => client.callTool(call(input));
  },
};

for (const [era, open] of Object.entries(clients)) {
  test(`the person at a client of ${era} answers a question of the agent at once`, async () => {
    const { agent, key } = await newcomer();
    const shown: Form[] = [];
    const ask = await open(key, async (form) => {
      shown.push(form);
      return { action: "accept", content: { answer: "Green" } };
    });
    const { structuredContent } = await ask({});
    expect(structuredContent).toMatchObject({ status: "resolved", answer: "Green", by: agent.name });
    expect(shown).toMatchObject([{ message: "Blue or green?\n\nFor the **buttons**." }]);
    const { request } = structuredContent as { request: string };
    expect(await read(request)).toMatchObject({ status: "resolved", answer: "Green", closedBy: { id: agent.id } });
  });

  test(`options and forms reach the person at a client of ${era} as such, and come back as was asked`, async () => {
    const { key } = await newcomer();
    const forms: Form[] = [];
    const replies: Given[] = [
      { action: "accept", content: { answer: "g" } },
      { action: "accept", content: { colour: "red", count: 2 } },
    ];
    const ask = await open(key, async (form) => {
      forms.push(form);
      return replies[forms.length - 1] ?? { action: "cancel" };
    });
    const options = [
      { value: "b", label: "Blue" },
      { value: "g", label: "Green" },
    ];
    expect((await ask({ options })).structuredContent).toMatchObject({ answer: "g" });
    const schema = {
      type: "object",
      properties: { colour: { type: "string" }, count: { type: "integer" } },
      required: ["colour"],
    };
    expect((await ask({ title: "And now?", schema })).structuredContent).toMatchObject({
      answer: { colour: "red", count: 2 },
    });
    expect(forms[0]?.requestedSchema).toMatchObject({
      properties: {
        answer: {
          oneOf: [
            { const: "b", title: "Blue" },
            { const: "g", title: "Green" },
          ],
        },
      },
    });
    expect(forms[1]?.requestedSchema).toMatchObject({ properties: { colour: {}, count: {} } });
  });

  for (const action of ["decline", "cancel"] as const)
    test(`a client of ${era} that answers ${action} falls back to the people of the team`, async () => {
      const { agent, key } = await newcomer();
      const ask = await open(key, () => Promise.resolve({ action }));
      const asked = ask({});
      await vi.waitFor(async () => expect(await pendingOf(agent.id)).not.toBe(""), 15_000);
      await answer(await pendingOf(agent.id), "Blue");
      expect((await asked).structuredContent).toMatchObject({ answer: "Blue", by: "Olivia" });
    });

  test(`an agent's own client of ${era} is never shown what asks for an approval`, async () => {
    const { agent, key } = await newcomer();
    const person = vi.fn<Person>(() => Promise.resolve({ action: "accept", content: { approved: true } }));
    const ask = await open(key, person);
    const input = { kind: "approval", title: "Deploy?", action: { name: "deploy.production" }, timeoutSeconds: 1 };
    expect((await ask(input)).structuredContent).toMatchObject({ status: "pending", answer: null });
    expect(person).not.toHaveBeenCalled();
    expect(await read(await pendingOf(agent.id))).toMatchObject({ kind: "approval", status: "pending" });
  });
}

test("who answers elsewhere first wins: the client of the older era is told to ask no more", async () => {
  const { agent, key } = await newcomer();
  const calledOff = Promise.withResolvers<void>();
  const ask = await clients["2025-11-25"](key, (_form, signal) => {
    signal.addEventListener("abort", () => calledOff.resolve());
    return new Promise(() => {});
  });
  const asked = ask({});
  await vi.waitFor(async () => expect(await pendingOf(agent.id)).not.toBe(""), 15_000);
  await answer(await pendingOf(agent.id), "Blue");
  expect((await asked).structuredContent).toMatchObject({ answer: "Blue", by: "Olivia" });
  await calledOff.promise;
});

test("who answers elsewhere first wins: a late answer of the newer era changes nothing and is told whose it was", async () => {
  const { agent, key } = await newcomer();
  const ask = await clients["2026-07-28"](key, async () => {
    await answer(await pendingOf(agent.id), "Blue");
    return { action: "accept", content: { answer: "Green" } };
  });
  expect((await ask({})).structuredContent).toMatchObject({ answer: "Blue", by: "Olivia" });
});

const accept = { answer: { action: "accept", content: { answer: "Green" } } };
const withAnswer = (requestState: unknown) => ({ ...call(), inputResponses: accept, requestState });

test("a sealed state that was tampered with is refused, and the question stays open", async () => {
  const { agent, key } = await newcomer();
  const say = speak(url, key, canAsk);
  const { requestState } = (await say("tools/call", call())).result;
  const [version, body = "", seal] = String(requestState).split(".");
  const changed = Buffer.from(body, "base64url")
    .toString()
    .replace(/"request":"[^"]{4}/, '"request":"0000');
  const forged = [
    `${version}.${Buffer.from(changed).toString("base64url")}.${seal}`,
    `${String(requestState).slice(0, -2)}xx`,
    "made up",
  ];
  for (const state of forged)
    expect((await say("tools/call", withAnswer(state))).error).toMatchObject({ code: -32602 });
  expect(await read(await pendingOf(agent.id))).toMatchObject({ status: "pending" });
});

test("a sealed state opens once", async () => {
  const { agent, key } = await newcomer();
  const say = speak(url, key, canAsk);
  const { requestState } = (await say("tools/call", call())).result;
  expect((await say("tools/call", withAnswer(requestState))).result).toMatchObject({
    structuredContent: { answer: "Green", by: agent.name },
  });
  const again = await say("tools/call", withAnswer(requestState));
  expect(again.error).toMatchObject({ code: -32602, message: expect.stringContaining("used already") });
});

test("a sealed state of another caller is refused, also of another key of the same agent", async () => {
  const { agent, key } = await newcomer();
  const { requestState } = (await speak(url, key, canAsk)("tools/call", call())).result;
  for (const stranger of [(await newcomer()).key, await keyOf(org, agent), await keyOf(org)]) {
    const refused = await speak(url, stranger, canAsk)("tools/call", withAnswer(requestState));
    expect(refused.error).toMatchObject({ code: -32602 });
  }
  expect(await read(await pendingOf(agent.id))).toMatchObject({ status: "pending" });
});

test("an answer that does not fit is asked for again, with what is wrong", async () => {
  const { key } = await newcomer();
  const say = speak(url, key, canAsk);
  const schema = { type: "integer", minimum: 1 };
  const { requestState } = (await say("tools/call", call({ schema }))).result;
  const wrong = { ...call({ schema }), inputResponses: { answer: { action: "accept", content: { answer: 0 } } } };
  const { result } = await say("tools/call", { ...wrong, requestState });
  expect(result).toMatchObject({
    resultType: "input_required",
    inputRequests: { answer: { params: { message: expect.stringContaining("does not fit") } } },
  });
  const right = { ...wrong, inputResponses: { answer: { action: "accept", content: { answer: 3 } } } };
  const { result: done } = await say("tools/call", { ...right, requestState: result.requestState });
  expect(done).toMatchObject({ structuredContent: { answer: 3 } });
});
