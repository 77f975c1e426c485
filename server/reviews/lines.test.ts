import { expect, test } from "vitest";
import { execute } from "../execute.ts";
import { call, openWorkshop } from "../repos/test/workshop.ts";
import { linesOf } from "./lines.ts";
import { addReviewComment, requestChanges } from "./operations.ts";

const shop = await openWorkshop();

test("a remark lies on a line the diff shows, and a refusal says which lines and files those are", async () => {
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org);
  const worker = await shop.addWorker(org);
  const text = Array.from({ length: 10 }, (_, n) => `line ${n + 1}`).join("\n");
  const { task } = await shop.submit(org, repo, worker, { "src/a.ts": text });
  const say = (path: string, line: number, side = "new") =>
    execute(addReviewComment, shop.runtime, org.owner, { task: task.id, path, line, side, body: "why?" }, call);
  expect((await say("src/a.ts", 10)).review.comments).toMatchObject([{ path: "src/a.ts", line: 10 }]);
  await expect(say("src/a.ts", 11)).rejects.toMatchObject({
    code: "invalid",
    message: "Line 11 of src/a.ts (as the branch has it) is not in the diff, which shows the lines 1–10 of it.",
    details: { lines: [[1, 10]] },
  });
  await expect(say("src/a.ts", 1, "old")).rejects.toMatchObject({ code: "invalid", message: /shows no lines/ });
  await expect(say("src/b.ts", 1)).rejects.toMatchObject({ message: /not among the files that changed: src\/a\.ts\./ });
  await expect(say("../a.ts", 1)).rejects.toMatchObject({ code: "invalid" });
  const comments = [{ path: "src/a.ts", line: 99, body: "?" }];
  const verdict = { task: task.id, text: "No.", comments };
  await expect(execute(requestChanges, shop.runtime, org.owner, verdict, call)).rejects.toMatchObject({
    code: "invalid",
  });
  expect((await shop.readTask(org, task.id)).status, "nothing was decided").toBe("in_review");
});

test("the lines of a diff are told by its hunks, text that looks like one is text", () => {
  const diff = ["@@ -1,2 +1,3 @@ head", " @@ -9,9 +9,9 @@", "+@@ -9,9 +9,9 @@", "@@ -20 +21,0 @@", "-x"].join("\n");
  expect(linesOf(diff)).toEqual({
    old: [
      [1, 2],
      [20, 20],
    ],
    new: [[1, 3]],
  });
});
