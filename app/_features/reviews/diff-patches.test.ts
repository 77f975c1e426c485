import { expect, test } from "vitest";
import { patchesOf } from "./diff-patches.ts";

const diff = `diff --git a/src/a.ts b/src/a.ts
index 1..2 100644
--- a/src/a.ts
+++ b/src/a.ts
@@ -1 +1 @@
-const text = "diff --git in a line";
+const text = "other";
diff --git a/gone.ts b/gone.ts
deleted file mode 100644
--- a/gone.ts
+++ /dev/null
@@ -1 +0,0 @@
-x
diff --git a/old name.png b/new name.png
similarity index 100%
rename from old name.png
rename to new name.png
`;

test("a diff becomes one patch a file, and nothing of it is lost", () => {
  const patches = patchesOf(diff);
  expect(patches.map(({ path }) => path)).toEqual(["src/a.ts", "gone.ts", "new name.png"]);
  expect(patches.map(({ patch }) => patch).join("")).toBe(diff);
});

test("an empty diff has no files", () => {
  expect(patchesOf("")).toEqual([]);
});
