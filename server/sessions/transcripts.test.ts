import { expect, test } from "vitest";
import { createTestOrg, openTestRuntime } from "../test/fixtures.ts";
import { workIn } from "../test/work.ts";
import { startSession } from "./operations.ts";
import { openTranscripts } from "./transcripts.ts";

const { runtime } = await openTestRuntime();
const { run } = workIn(runtime);

test("what an agent keeps of its conversation comes back in order, each entry once, per session and file", async () => {
  const org = await createTestOrg(runtime);
  const begin = async () => (await run(startSession, org.owner, { teamId: org.teamId })).session.id;
  const { orgId } = org;
  const [one, other] = [await begin(), await begin()];
  const store = openTranscripts(runtime, { orgId, sessionId: one });
  const key = { projectKey: "x", sessionId: "a" };
  expect(await store.load(key)).toBeNull();
  await store.append(key, [{ uuid: "1", text: "one" }, { text: "untold" }]);
  await store.append(key, [
    { uuid: "1", text: "one" },
    { uuid: "2", text: "nul \0 and all" },
  ]);
  await store.append({ ...key, subpath: "helper" }, [{ uuid: "1", text: "of a helper" }]);
  // Another process, with another name for the folder, reads the same.
  const again = openTranscripts(runtime, { orgId, sessionId: one });
  expect(await again.load({ ...key, projectKey: "y" })).toEqual([
    { uuid: "1", text: "one" },
    { text: "untold" },
    { uuid: "2", text: "nul  and all" },
  ]);
  expect(await openTranscripts(runtime, { orgId, sessionId: other }).load(key)).toBeNull();
  await store.delete(key);
  expect(await store.load(key)).toBeNull();
  expect(await store.load({ ...key, subpath: "helper" })).toHaveLength(1);
});
