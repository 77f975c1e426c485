import { expect, test } from "vitest";
import { openTestDoors } from "#server/test/doors.ts";
import { createTestOrg } from "#server/test/fixtures.ts";
import { createTask, getTask } from "#server/tasks/operations.ts";
import { workIn } from "#server/test/work.ts";
import { Api } from "./api.ts";
import { clearAway } from "./clearing.ts";
import { recipes, recipeTag } from "./recipes.ts";

const { runtime, address, keyOf } = await openTestDoors();
const { run } = workIn(runtime);

test("beginning the sample again puts its own tasks away and leaves a person's tasks in the same team alone", async () => {
  const org = await createTestOrg(runtime);
  const { teamId } = org;
  const add = async (title: string, tags: string[]) =>
    (await run(createTask, org.owner, { teamId, title, tags })).task.id;
  const ours = await add("Of the last run", [recipeTag(recipes[0]?.name ?? "")]);
  const theirs = [await add("Mine", []), await add("Mine too", ["recipe:of-my-own"])];
  const api = new Api({ url: address, token: await keyOf(org), org: org.orgId });
  await clearAway(api, teamId);
  await clearAway(api, teamId);
  const look = async (task: string) => (await run(getTask, org.owner, { task })).task;
  expect(await look(ours)).toMatchObject({ status: "cancelled", archivedAt: expect.any(String) });
  for (const id of theirs) expect(await look(id)).toMatchObject({ status: "todo", archivedAt: null });
});
