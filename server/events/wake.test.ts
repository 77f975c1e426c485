import { expect, test, vi } from "vitest";
import { openTestDatabase } from "#db/test/database.ts";
import { newId } from "../ids.ts";
import { startWake, type Wake } from "./wake.ts";

const { sql, url } = await openTestDatabase();
const open = (pollSeconds = 60) => startWake({ url, sql, pollSeconds });

/** Collects what is heard; `undefined` is "look at everything". */
function hear(wake: Wake) {
  const heard: (string | undefined)[] = [];
  wake.on("events_appended", (orgId) => heard.push(orgId));
  return heard;
}
const listeners = () =>
  sql<
    { pid: number }[]
  >`select pid from pg_stat_activity where application_name = 'entourage-listen' and datname = current_database()`;

test("a hint of one process is heard by another, joined per turn and only by those who listen for it", async () => {
  const [speaker, ear] = await Promise.all([open(), open()]);
  const heard = hear(ear);
  let other = 0;
  ear.on("new_message", () => other++);
  const [one, two] = [newId(), newId()];
  for (let n = 0; n < 100; n++) speaker.announce("events_appended", n % 2 ? one : two);
  await vi.waitFor(() => expect(new Set(heard)).toEqual(new Set([one, two])), 5_000);
  expect(heard).toHaveLength(2);
  expect(other).toBe(0);
  await Promise.all([speaker.close(), ear.close()]);
});

test("a hint about one thing says which, and those about several are not joined into one", async () => {
  const [speaker, ear] = await Promise.all([open(), open()]);
  const heard: string[] = [];
  ear.on("session_told", (orgId, about) => heard.push(`${orgId} ${about}`));
  const [org, one, two] = [newId(), newId(), newId()];
  for (let n = 0; n < 10; n++) speaker.announce("session_told", org, n % 2 ? one : two);
  speaker.announce("session_told", org);
  const all = [`${org} ${one}`, `${org} ${two}`, `${org} undefined`];
  await vi.waitFor(() => expect(heard).toEqual(expect.arrayContaining(all)), 5_000);
  expect(heard).toHaveLength(3);
  await Promise.all([speaker.close(), ear.close()]);
});

test("whose ear was cut off hears again, and looks at everything once it does", async () => {
  const [speaker, ear] = await Promise.all([open(), open()]);
  const heard = hear(ear);
  for (const { pid } of await listeners()) await sql`select pg_terminate_backend(${pid}, 5000)`;
  const missed = newId();
  speaker.announce("events_appended", missed);
  await vi.waitFor(() => expect(heard).toContain(undefined), 10_000);
  const later = newId();
  speaker.announce("events_appended", later);
  await vi.waitFor(() => expect(heard).toContain(later), 5_000);
  await Promise.all([speaker.close(), ear.close()]);
  await vi.waitFor(async () => expect(await listeners()).toEqual([]), 5_000);
});

test("without any hint everybody looks by themselves, and who left is not called any more", async () => {
  const wake = await open(0.05);
  let calls = 0;
  const leave = wake.on("new_message", () => calls++);
  await vi.waitFor(() => expect(calls).toBeGreaterThan(2), 5_000);
  leave();
  const [after, others] = [calls, hear(wake)];
  await vi.waitFor(() => expect(others.length).toBeGreaterThan(2), 5_000);
  expect(calls).toBe(after);
  await wake.close();
});
