import { createParser } from "eventsource-parser";
import { sql } from "drizzle-orm";
import { expect, onTestFinished, test, vi } from "vitest";
import { startWake } from "../events/wake.ts";
import { hintsOf } from "../http/following.ts";
import { execute } from "../execute.ts";
import { newId } from "../ids.ts";
import { openTestDoors } from "../test/doors.ts";
import { createTestOrg } from "../test/fixtures.ts";
import { createSession } from "./operations.ts";

const { runtime, address, keyOf, db, url } = await openTestDoors();
const generous = { timeout: 60_000 };

async function open() {
  const org = await createTestOrg(runtime);
  const input = { teamId: org.teamId };
  const { session } = await execute(createSession, runtime, org.owner, input, { requestId: "test" });
  const url = `${address}/api/sessions/${session.id}/stream`;
  const headers = { authorization: `Bearer ${await keyOf(org)}` };
  let last = 0;
  async function say(count: number) {
    await db.execute(sql`insert into session_chunks (org_id, session_id, seq, turn, kind, data, at)
      select ${org.orgId}, ${session.id}, ${last} + n, 1, 'text', jsonb_build_object('kind', 'text', 'text', n::text), now()
        from generate_series(1, ${count}::int) n`);
    last += count;
    runtime.wake.announce("session_told", org.orgId, session.id);
  }
  return { org, url, headers, say, lastSeq: () => last };
}

/** Follows the stream from a place; `seen` are the numbers of the chunks that came. */
async function follow(url: string, headers: Record<string, string>, after: number) {
  const hangUp = new AbortController();
  onTestFinished(() => hangUp.abort());
  const response = await fetch(url, { headers: { ...headers, "last-event-id": String(after) }, signal: hangUp.signal });
  const seen: number[] = [];
  const parser = createParser({ onEvent: ({ id }) => seen.push(Number(id)) });
  const over = (async () => {
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()).values() ?? []) parser.feed(piece);
  })().catch(() => undefined);
  return { response, seen, over, close: () => hangUp.abort() };
}
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

test("who comes sees all that was said and then what comes, in order and once", generous, async () => {
  const { url, headers, say, lastSeq } = await open();
  await say(2_500);
  const reader = await follow(url, headers, 0);
  expect(reader.response.headers.get("cache-control")).toBe("no-cache, no-transform");
  await vi.waitFor(() => expect(reader.seen).toHaveLength(2_500), 20_000);
  for (let n = 0; n < 5; n++) await say(3);
  await vi.waitFor(() => expect(reader.seen).toHaveLength(lastSeq()), 20_000);
  expect(reader.seen).toEqual(upTo(lastSeq()));
});

/** A hundred times where there is time for it. */
const times = process.env.ENTOURAGE_TEST_FULL === "1" ? 100 : 10;

test("a client that comes back again and again has one stream, without a gap or a double", generous, async () => {
  const { url, headers, say, lastSeq } = await open();
  const all: number[] = [];
  for (let n = 0; n < times; n++) {
    await say(2);
    const reader = await follow(url, headers, all.at(-1) ?? 0);
    await vi.waitFor(() => expect(reader.seen.length).toBeGreaterThan(0), 20_000);
    reader.close();
    await reader.over;
    all.push(...reader.seen);
  }
  const rest = await follow(url, headers, all.at(-1) ?? 0);
  await say(1);
  await vi.waitFor(() => expect([...all, ...rest.seen]).toEqual(upTo(lastSeq())), 20_000);
});

test("what is said in one session wakes those who watch it, and nobody who watches another", async () => {
  const wake = await startWake({ url, sql: db.$client, pollSeconds: 60 });
  onTestFinished(() => wake.close());
  const [org, one, other] = [newId(), newId(), newId()];
  const [ofOne, ofOther] = [
    hintsOf(wake, ["session_told"], org, () => one),
    hintsOf(wake, ["session_told"], org, () => other),
  ];
  const [toOne, toOther] = [ofOne.next(), ofOther.next()];
  wake.announce("session_told", org, one);
  expect(await toOne).toBe(true);
  // Whatever there was to hear has been heard by now: a hint calls all listeners at once.
  ofOther.end();
  expect(await toOther).toBe(false);
});

test("strangers, others and nonsense are refused as everywhere", generous, async () => {
  const { url, headers } = await open();
  const other = await open();
  expect((await fetch(url)).status).toBe(401);
  expect((await fetch(url, { headers: other.headers })).status).toBe(404);
  expect((await fetch(url, { headers: { ...headers, "last-event-id": "x" } })).status).toBe(400);
});
