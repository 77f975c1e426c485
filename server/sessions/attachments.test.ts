import { expect, test } from "vitest";
import { openTestDoors } from "../test/doors.ts";
import { createTestMember, createTestOrg } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import * as operations from "./operations.ts";

const { runtime, address, keyOf } = await openTestDoors();
const { run } = workIn(runtime);

async function open() {
  const org = await createTestOrg(runtime);
  const { session } = await run(operations.createSession, org.owner, { teamId: org.teamId });
  const key = await keyOf(org);
  const attach = (name: string, body: string | Buffer, type = "text/plain", sessionId = session.id) =>
    fetch(`${address}/api/sessions/${sessionId}/attachments?name=${encodeURIComponent(name)}`, {
      ...{ method: "POST", body: Buffer.from(body) },
      headers: { authorization: `Bearer ${key}`, "content-type": type },
    });
  return { org, session, attach, input: { sessionId: session.id } };
}

test("a file is brought by its bytes, named without a path, and goes with a message of its session alone", async () => {
  const { org, attach, input } = await open();
  const answered = await attach("../../etc/no\u202Etes.txt", "Some notes.", "text/plain;charset=utf-8");
  expect(answered.status).toBe(201);
  const kept: { id: string } = await answered.json();
  expect(kept).toMatchObject({ name: "notes.txt", mimeType: "text/plain", size: 11 });
  const named = encodeURIComponent("plan.txt") + "&type=text/plain";
  const bare = await fetch(answered.url.replace(/name=.*/, `name=${named}`), {
    ...{ method: "POST", body: "Bare bytes." },
    headers: { authorization: `Bearer ${await keyOf(org)}`, "content-type": "application/octet-stream" },
  });
  expect(await bare.json()).toMatchObject({ name: "plan.txt", mimeType: "text/plain", size: 11 });
  const message = { ...input, text: "See.", attachmentIds: [kept.id] };
  const sent = await run(operations.sendSessionMessage, org.owner, message);
  expect(sent.message.attachments).toEqual([{ ...kept }]);
  const { session: other } = await run(operations.createSession, org.owner, { teamId: org.teamId });
  await expect(
    run(operations.sendSessionMessage, org.owner, { ...message, sessionId: other.id }),
  ).rejects.toMatchObject({ code: "not_found" });
});

test("what says it is a picture and is none counts as any file", async () => {
  const { attach } = await open();
  const png = Buffer.from("89504e470d0a1a0a0000", "hex");
  const typeOf = async (body: string | Buffer, type: string) => (await (await attach("a", body, type)).json()).mimeType;
  expect(await typeOf(png, "image/png")).toBe("image/png");
  expect(await typeOf("<script>", "image/png")).toBe("application/octet-stream");
  expect(await typeOf("x", "text/html, */*; q=1")).toBe("application/octet-stream");
});

test("too large, empty, nameless, foreign and ended are refused in words", async () => {
  const { org, attach, input } = await open();
  const problem = async (answered: Response) => [answered.status, (await answered.json()).error.message];
  const large = Buffer.alloc(10 * 1024 * 1024 + 1);
  expect(await problem(await attach("big.bin", large))).toEqual([413, expect.stringContaining("10240 KB")]);
  expect((await attach("fits.bin", large.subarray(1))).status).toBe(201);
  expect(await problem(await attach("a.txt", ""))).toEqual([400, expect.stringContaining("empty")]);
  expect(await problem(await attach("..", "x"))).toEqual([400, expect.stringContaining("?name=")]);
  const stranger = await open();
  expect((await stranger.attach("a.txt", "x", "text/plain", input.sessionId)).status).toBe(404);
  const member = await createTestMember(runtime, org, "member");
  await expect(run(operations.getSession, member, input), "a session of another person").rejects.toThrow();
  await run(operations.stopSessionOperation, org.owner, input);
  await run(operations.archiveSession, org.owner, input);
  expect(await problem(await attach("a.txt", "x"))).toEqual([409, expect.stringContaining("archived")]);
});
