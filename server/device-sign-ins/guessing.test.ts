import { expect, test } from "vitest";
import { makeKey } from "../auth/key.ts";
import { execute } from "../execute.ts";
import { openTestDoors } from "../test/doors.ts";
import { createTestOrg } from "../test/fixtures.ts";
import { getDevice } from "./operations.ts";

const { runtime, address } = await openTestDoors({ ENTOURAGE_RATE_SIGN_IN: "10" });

test("codes cannot be tried out: ten wrong ones a minute, then none, whether they were right or not", async () => {
  const { owner } = await createTestOrg(runtime);
  const begun = await fetch(`${address}/api/auth/device`, { method: "POST", body: new URLSearchParams() });
  const { user_code: right } = await begun.json();
  const guess = (userCode: string) =>
    execute(getDevice, runtime, owner, { userCode }, { requestId: "test" }).then(
      () => "found",
      ({ code }) => code,
    );
  const told = [];
  for (let n = 0; n < 11; n++) told.push(await guess("BCDF-GHJK"));
  expect(told).toEqual([...Array(10).fill("not_found"), "rate_limited"]);
  expect(await guess(right)).toBe("rate_limited");
});

test("clients, profiles and tickets beyond the rate of signing in are told when to come again", async () => {
  const ask = (path: string, body: object) =>
    fetch(`${address}/api/auth/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const answers = [];
  for (let n = 0; n < 11; n++) answers.push(await ask("device", {}));
  expect(answers.at(-1)?.status).toBe(429);
  expect(Number(answers.at(-1)?.headers.get("retry-after"))).toBeGreaterThan(0);
  const unknown = { grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code: makeKey("dc_") };
  expect((await ask("device/token", unknown)).status).toBe(429);
  expect((await ask("init", { user: "a", invitation: "x" })).status).toBe(429);
  expect((await ask("verify", { ticket: "pt_x" })).status).toBe(429);
});
