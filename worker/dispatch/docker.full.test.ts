import { afterAll, describe, expect, test } from "vitest";
import { startDebianEngine } from "#server/sandbox/test/debian-engine.ts";
import { generous, openCodingTeams } from "./test/coding-teams.ts";
import { doWholeTask, type Kind } from "./test/whole-task.ts";

const engine = await startDebianEngine("tasks of coding agents");
afterAll(() => engine?.stop(), 60_000);
const settings = engine?.settings;

describe.skipIf(!settings)("coding agents at their tasks in containers", async () => {
  const teams = await openCodingTeams(settings);

  test.each<Kind>(["entourage", "claude-sdk"])(
    "%s does a task from the board to the merge: it is stopped and goes on, and its worker is killed while it waits for a permission",
    generous,
    async (kind) => expect(await doWholeTask(teams, kind)).toBe("hello"),
  );
});
