import { expect, test } from "vitest";
import { parseConfig } from "./config.ts";
import { createRates } from "./rates.ts";
import { openTestDoors } from "./test/doors.ts";
import { createTestOrg } from "./test/fixtures.ts";

const doors = await openTestDoors({ ENTOURAGE_RATE_PER_ACTOR: "5", ENTOURAGE_RATE_PER_ADDRESS: "3" });

test("an actor's share of one organization is not used up by another's", async () => {
  const rates = createRates({ ratePerActor: 2, ratePerAddress: 1 });
  const actor = { orgId: "a", id: "1" };
  await rates.admit(actor);
  await rates.admit(actor);
  await expect(rates.admit(actor)).rejects.toMatchObject({
    code: "rate_limited",
    details: { retryAfterSeconds: expect.any(Number) },
  });
  await rates.admit({ orgId: "b", id: "1" });
});

test("strangers use up the share of their address, and whoever has a key goes on; both hear when to come again", async () => {
  const org = await createTestOrg(doors.runtime);
  const key = await doors.keyOf(org);
  const ask = (path: string, authorization: string) =>
    fetch(`${doors.address}${path}`, {
      method: "POST",
      headers: { authorization, "content-type": "application/json", accept: "application/json, text/event-stream" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
    });
  const statuses = [];
  for (let n = 0; n < 4; n++) statuses.push((await ask("/mcp", "Bearer oc_wrong")).status);
  expect(statuses).toEqual([401, 401, 401, 429]);
  const known = [];
  for (let n = 0; n < 6; n++) known.push(await ask("/mcp", `Bearer ${key}`));
  expect(known.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
  expect(Number(known[5]?.headers.get("retry-after"))).toBeGreaterThan(0);
  const byHttp = await ask("/api/v1/ping", `Bearer ${key}`);
  expect([byHttp.status, (await byHttp.json()).error.code]).toEqual([429, "rate_limited"]);
});

test("without settings it is 600 a minute for whoever is known, 60 for strangers of an address, 10 for signing in", () => {
  const { ratePerActor, ratePerAddress, rateSignIn } = parseConfig({});
  expect({ ratePerActor, ratePerAddress, rateSignIn }).toEqual({
    ratePerActor: 600,
    ratePerAddress: 60,
    rateSignIn: 10,
  });
});

test("a browser's call that came too often is told when to come again, in the header and in the body", async () => {
  const org = await createTestOrg(doors.runtime);
  const key = await doors.keyOf(org);
  const ask = () => fetch(`${doors.address}/api/trpc/platform.ping`, { headers: { authorization: `Bearer ${key}` } });
  const answers = [];
  for (let n = 0; n < 6; n++) answers.push(await ask());
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
  expect(Number(answers[5]?.headers.get("retry-after"))).toBeGreaterThan(0);
});
