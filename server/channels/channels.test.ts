import fc from "fast-check";
import { sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import type { Actor } from "../context.ts";
import { newId } from "../ids.ts";
import { createTestAgent, createTestMember, createTestOrg, type TestOrg } from "../test/fixtures.ts";
import { openTestDoors } from "../test/doors.ts";
import { workIn } from "../test/work.ts";
import { changeHandle, holdOwnHandle } from "./handles.ts";
import { formatChannelName, parseChannelName, readChannelName } from "./name.ts";
import * as channels from "./operations.ts";
import { as } from "../test/fixtures.ts";

const { runtime, db } = await openTestDoors({ ENTOURAGE_CHANNEL_RATE: "1000" });
const { run } = workIn(runtime);

const handleOf = async (actor: Actor) => (await as(runtime, actor, holdOwnHandle)).handle;
const say = (actor: Actor, channel: string, payload: unknown = "hello") =>
  run(channels.publish, actor, { channel, payload });
const hear = (actor: Actor, channel: string, since?: number, timeoutSeconds = 0) =>
  run(channels.readChannel, actor, { channels: [{ channel, since }], timeoutSeconds });
const refused = (code: string) => expect.objectContaining({ code });

async function crew() {
  const org = await createTestOrg(runtime);
  const [bob, ann] = [
    await createTestAgent(runtime, org, { name: "Bob" }),
    await createTestAgent(runtime, org, { name: "Ann" }),
  ];
  const handles = { bob: await handleOf(bob), ann: await handleOf(ann) };
  return { org, bob, ann, handles };
}

describe("names", () => {
  test("every name that fits is read as it is written, and nothing else is", () => {
    const part = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/);
    const path = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join("."));
    fc.assert(
      fc.property(path, fc.constantFrom("public", "system"), (tail, kind) => {
        expect(parseChannelName(`${kind}.${tail}`)).toEqual({ kind, handle: null, path: tail });
      }),
    );
    fc.assert(
      fc.property(path, fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/), (tail, handle) => {
        expect(parseChannelName(formatChannelName("agent", handle, tail))).toEqual({
          kind: "agent",
          handle,
          path: tail,
        });
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        const read = readChannelName(text);
        if (read) expect(formatChannelName(read.kind, read.handle, read.path)).toBe(text);
      }),
    );
    const wrong = [
      "",
      "public",
      "public.",
      ".a",
      "public..a",
      "agent.bob",
      "agent..x",
      "agent.-b.x",
      "Public.a",
      "public.A",
    ];
    const more = [
      "public.a b",
      "public.é",
      "public.a\n",
      "other.a",
      "agent.bob.x.",
      `public.${"a".repeat(64)}`,
      "agent.*.x",
    ];
    for (const name of [...wrong, ...more, `public.${"a.".repeat(8)}a`])
      expect([name, readChannelName(name)]).toEqual([name, undefined]);
  });

  test("an agent and a person of one name have different handles, and a handle given up is never somebody else's", async () => {
    const org = await createTestOrg(runtime);
    const person = await createTestMember(runtime, org, "member", "Robin");
    const agent = await createTestAgent(runtime, org, { name: "Robin" });
    expect([await handleOf(person), await handleOf(agent)]).toEqual(["robin", "robin-2"]);
    await run(channels.changeHandleOperation, person, { handle: "rob" });
    await expect(as(runtime, agent, (context) => changeHandle(context, "robin"))).rejects.toThrow(refused("conflict"));
    for (const handle of ["", "-a", "a-", "A", "public", "system", "a".repeat(33), "a.b"]) {
      await expect(run(channels.changeHandleOperation, person, { handle })).rejects.toThrow(refused("invalid"));
    }
    // The channel is the same one by both names.
    const first = await say(person, "agent.rob.news");
    expect(first.channel).toBe("agent.rob.news");
    const heard = await hear(agent, "agent.robin.news", 0);
    expect(heard.messages).toMatchObject([{ channel: "agent.rob.news", sender: "rob", seq: 1 }]);
    await run(channels.changeHandleOperation, person, { handle: "robin" });
    expect(await handleOf(person)).toBe("robin");
  });

  test("twenty who need a handle at once get twenty different ones", async () => {
    const org = await createTestOrg(runtime);
    const people = await Promise.all(
      Array.from({ length: 20 }, () => createTestMember(runtime, org, "member", "Kim Li")),
    );
    const handles = await Promise.all(people.map(handleOf));
    expect(new Set(handles).size).toBe(20);
    expect(handles.every((handle) => /^kim-li(-\d+)?$/.test(handle))).toBe(true);
  });
});

describe("who may what", () => {
  /** Who publishes and who subscribes, for each kind of channel: the table of the product. */
  const matrix = [
    [
      "public.plaza",
      { owner: "pub", other: "pub", granted: "pub", viewer: "" },
      { owner: "sub", other: "sub", granted: "sub", viewer: "sub" },
    ],
    [
      "agent.bob.open",
      { owner: "pub", other: "", granted: "", viewer: "" },
      { owner: "sub", other: "sub", granted: "sub", viewer: "sub" },
    ],
    [
      "agent.bob.shut",
      { owner: "pub", other: "", granted: "", viewer: "" },
      { owner: "sub", other: "", granted: "sub", viewer: "" },
    ],
    [
      "system.timer.day",
      { owner: "", other: "", granted: "", viewer: "" },
      { owner: "sub", other: "sub", granted: "sub", viewer: "sub" },
    ],
  ] as const;

  test("everybody on public, the owner on their own, the server on system; a lock leaves owner and granted, who never speak", async () => {
    const { org, bob, ann } = await crew();
    const granted = await createTestAgent(runtime, org, { name: "Gus" });
    const viewer = await createTestMember(runtime, org, "viewer");
    await handleOf(granted);
    await run(channels.lockChannel, bob, { channel: "agent.bob.shut" });
    await run(channels.grantAccess, bob, { channel: "agent.bob.shut", handle: "gus" });
    const actors = { owner: bob, other: ann, granted, viewer };
    for (const [channel, publishers, subscribers] of matrix) {
      for (const who of ["owner", "other", "granted", "viewer"] as const) {
        const may = async (attempt: Promise<unknown>) =>
          attempt.then(
            () => true,
            (error: unknown) => {
              expect(error).toMatchObject({ code: "forbidden" });
              return false;
            },
          );
        expect([channel, who, await may(say(actors[who], channel))]).toEqual([channel, who, publishers[who] === "pub"]);
        expect([channel, who, await may(hear(actors[who], channel, 0))]).toEqual([
          channel,
          who,
          subscribers[who] === "sub",
        ]);
        const { channel: told } = await run(channels.getChannel, actors[who], { channel });
        expect([channel, who, told.mayPublish, told.maySubscribe]).toEqual([
          channel,
          who,
          publishers[who] === "pub",
          subscribers[who] === "sub",
        ]);
      }
    }
  });

  test("only the owner decides about a channel, and nobody about public and system ones", async () => {
    const { org, bob, ann } = await crew();
    const decisions = [
      [channels.lockChannel, {}],
      [channels.unlockChannel, {}],
      [channels.grantAccess, { handle: "ann" }],
      [channels.revokeAccess, { handle: "ann" }],
      [channels.advertiseChannel, { description: "mine" }],
      [channels.withdrawAdvert, {}],
      [channels.keepHistory, { count: 5 }],
    ] as const;
    for (const [operation, input] of decisions) {
      for (const channel of ["agent.bob.x", "public.x", "system.timer.day"]) {
        // An owner of the organization is no owner of the channel.
        for (const actor of [ann, org.owner]) {
          await expect(run(operation as typeof channels.lockChannel, actor, { channel, ...input })).rejects.toThrow(
            refused("forbidden"),
          );
        }
      }
      await expect(
        run(operation as typeof channels.lockChannel, bob, { channel: "agent.bob.x", ...input }),
      ).resolves.toBeDefined();
    }
    await expect(run(channels.lockChannel, bob, { channel: "agent.nobody.x" })).rejects.toThrow(refused("not_found"));
    await expect(run(channels.grantAccess, bob, { channel: "agent.bob.x", handle: "nobody" })).rejects.toThrow(
      refused("not_found"),
    );
    await expect(hear(bob, "system.timer.eon")).rejects.toThrow(refused("not_found"));
  });

  test("a channel of another organization is one that is not there", async () => {
    const { bob } = await crew();
    await say(bob, "agent.bob.x", "secret");
    await say(bob, "public.x", "secret");
    const other = await createTestOrg(runtime);
    await expect(hear(other.owner, "agent.bob.x", 0)).rejects.toThrow(refused("not_found"));
    expect((await hear(other.owner, "public.x", 0)).messages).toEqual([]);
    expect(JSON.stringify(await run(channels.listChannels, other.owner, {}))).not.toContain("bob");
  });

  test("whoever wants in asks with a reason that everybody reads", async () => {
    const { bob, ann } = await crew();
    await expect(run(channels.requestAccess, ann, { channel: "agent.bob.x", reason: "curious" })).rejects.toThrow(
      refused("conflict"),
    );
    await run(channels.lockChannel, bob, { channel: "agent.bob.x" });
    await run(channels.requestAccess, ann, { channel: "agent.bob.x", reason: "for the release" });
    const { messages } = await hear(bob, "public.access", 0);
    expect(messages).toMatchObject([
      {
        sender: "ann",
        payload: {
          type: "access_request",
          channel: "agent.bob.x",
          owner: "bob",
          requester: "ann",
          reason: "for the release",
        },
      },
    ]);
  });
});

describe("messages", () => {
  test("16 publishers at once: numbers without a gap, in the order they are read, none lost", async () => {
    const { org, bob } = await crew();
    const others = await Promise.all(Array.from({ length: 15 }, () => createTestAgent(runtime, org)));
    await Promise.all(
      [bob, ...others].map(async (actor, who) => {
        for (let n = 0; n < 6; n++) await say(actor, "public.rush", { who, n });
      }),
    );
    const { messages, channels: places } = await hear(bob, "public.rush", 0);
    expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 96 }, (_, index) => index + 1));
    expect(places).toEqual([{ channel: "public.rush", since: 96, missed: 0 }]);
    expect(new Set(messages.map(({ payload }) => JSON.stringify(payload))).size).toBe(96);
  });

  test("a payload comes back as it was sent, up to 16 KB and 64 levels", async () => {
    const { bob } = await crew();
    for (const payload of [
      null,
      0,
      "",
      "\u{1f600}",
      { __proto__: 1, 'a"b': [1.5, { "": false }] },
      "x".repeat(16_382),
    ]) {
      const { seq } = await say(bob, "public.echo", payload);
      const { messages } = await hear(bob, "public.echo", seq - 1);
      expect(JSON.stringify(messages[0]?.payload)).toBe(JSON.stringify(payload));
    }
    for (const payload of ["x".repeat(16_383), "é".repeat(8_192)])
      await expect(say(bob, "public.echo", payload)).rejects.toThrow(refused("too_large"));
    let deep: unknown = 1;
    for (let level = 0; level < 5_000; level++) deep = [deep];
    await expect(say(bob, "public.echo", deep)).rejects.toThrow(refused("invalid"));
    const huge = JSON.parse('{ "price": [1e999] }');
    await expect(say(bob, "public.echo", huge)).rejects.toThrow(/too large for JSON/);
    await expect(run(channels.publish, bob, { channel: "public.echo" })).rejects.toThrow(refused("invalid"));
  });

  test("the same idempotency key publishes once", async () => {
    const { bob } = await crew();
    const key = newId();
    const twice = await Promise.all(
      [0, 1].map(() => run(channels.publish, bob, { channel: "public.once", payload: 1 }, key)),
    );
    expect(twice[0]).toEqual(twice[1]);
    expect((await hear(bob, "public.once", 0)).count).toBe(1);
  });

  test("what a channel keeps is there for those who come later; who was away too long is told how much they missed", async () => {
    const { org, bob, ann } = await crew();
    await run(channels.keepHistory, bob, { channel: "agent.bob.log", count: 3, seconds: 600 });
    for (let n = 1; n <= 8; n++) {
      await say(bob, "agent.bob.log", n);
      await say(bob, "agent.bob.gone", n);
    }
    // As after two minutes: what is not kept is past its moment.
    await age(org, 120);
    expect(await hear(ann, "agent.bob.log", 2)).toMatchObject({
      messages: [{ payload: 6 }, { payload: 7 }, { payload: 8 }],
      channels: [{ since: 8, missed: 3 }],
    });
    expect(await hear(ann, "agent.bob.gone", 0)).toMatchObject({ messages: [], channels: [{ since: 8, missed: 8 }] });
    expect(await hear(ann, "agent.bob.gone")).toMatchObject({ messages: [], channels: [{ since: 8, missed: 0 }] });
    await age(org, 600);
    expect(await hear(ann, "agent.bob.log", 8)).toMatchObject({ messages: [], channels: [{ since: 8, missed: 0 }] });
    expect(await hear(ann, "agent.bob.log", 7)).toMatchObject({ messages: [], channels: [{ since: 8, missed: 1 }] });
  });

  test("several channels are read together, oldest first, and the limit loses nothing", async () => {
    const { bob } = await crew();
    for (let n = 0; n < 10; n++) await say(bob, n % 2 ? "public.odd" : "public.even", n);
    let places: { channel: string; since: number }[] = [
      { channel: "public.odd", since: 0 },
      { channel: "public.even", since: 0 },
    ];
    const seen: unknown[] = [];
    for (let calls = 0; calls < 4; calls++) {
      const read = await run(channels.readChannel, bob, { channels: places, timeoutSeconds: 0, limit: 3 });
      seen.push(...read.messages.map(({ payload }) => payload));
      places = read.channels.map(({ channel, since }) => ({ channel, since }));
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  const age = (org: TestOrg, seconds: number) =>
    db.execute(
      sql`update channel_messages set published_at = published_at - make_interval(secs => ${seconds}) where org_id = ${org.orgId}`,
    );
});

describe("what was said is counted", () => {
  test("by the minute of the last hour, for whoever may hear the channel, and in the list", async () => {
    const { bob, ann, handles, org } = await crew();
    const channel = `agent.${handles.bob}.counted`;
    for (let n = 0; n < 3; n++) await say(bob, channel, n);
    await db.execute(sql`insert into channel_minutes (org_id, channel_id, minute, messages)
      select org_id, id, date_trunc('minute', now()) - interval '30 minutes', 4 from channel_streams where org_id = ${org.orgId}
      union all select org_id, id, date_trunc('minute', now()) - interval '90 minutes', 9 from channel_streams where org_id = ${org.orgId}`);
    const counted = await run(channels.getStatistics, ann, { channel });
    expect(counted).toMatchObject({ channel, messages: 3, subscribers: null });
    expect(counted.minutes).toHaveLength(60);
    expect(counted.minutes[29]).toMatchObject({ messages: 4 });
    expect(counted.minutes.reduce((sum, { messages }) => sum + messages, 0)).toBe(7);
    const { channels: listed } = await run(channels.listChannels, ann, { scope: "others" });
    expect(listed).toEqual([
      expect.objectContaining({ channel, lastHour: 7, lastMessageAt: expect.stringMatching(/Z$/) }),
    ]);
    await run(channels.lockChannel, bob, { channel });
    await expect(run(channels.getStatistics, ann, { channel })).rejects.toEqual(refused("forbidden"));
  });

  test("a list holds one's own, the public, others' or the system's channels", async () => {
    const { bob, ann, handles } = await crew();
    await say(bob, `agent.${handles.bob}.x`);
    await say(ann, `agent.${handles.ann}.x`);
    await say(ann, "public.x");
    const names = async (scope: "all" | "mine" | "public" | "others" | "system") =>
      (await run(channels.listChannels, bob, { scope, limit: 200 })).channels.map(({ channel }) => channel);
    expect(await names("mine")).toEqual([`agent.${handles.bob}.x`]);
    expect(await names("others")).toEqual([`agent.${handles.ann}.x`]);
    expect(await names("public")).toEqual(["public.access", "public.x"]);
    const system = await names("system");
    expect(system).toContain("system.timer.yearly");
    expect((await names("all")).length).toBe(4 + system.length);
  });

  test("handles are found by name, by handle and by whose they are, in one organization", async () => {
    const { bob, handles } = await crew();
    const { bob: stranger } = await crew();
    const found = (input: object) => run(channels.listHandlesOperation, bob, input);
    expect((await found({ search: "ann" })).handles).toEqual([
      expect.objectContaining({ handle: handles.ann, kind: "agent", name: "Ann" }),
    ]);
    expect((await found({ ownerId: bob.id })).handles).toEqual([expect.objectContaining({ handle: handles.bob })]);
    expect((await found({ ownerId: stranger.id })).handles).toEqual([]);
    expect((await found({ search: "100%" })).handles).toEqual([]);
  });
});
