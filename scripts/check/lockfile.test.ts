import { expect, test } from "vitest";
import { missingFromLock } from "./lockfile.ts";

test("a platform package that the lock does not hold is named together with who wants it", () => {
  const lockfile = {
    packages: {
      "": {},
      "node_modules/next": { optionalDependencies: { "@next/swc-linux": "1", "@next/swc-darwin": "1" } },
      "node_modules/@next/swc-linux": {},
    },
  };
  expect(missingFromLock(lockfile)).toEqual(["@next/swc-darwin, named by node_modules/next"]);
});

test("a package nested below its owner counts as present, one nested elsewhere does not", () => {
  const lockfile = {
    packages: {
      "node_modules/a": { optionalDependencies: { b: "1", c: "1" } },
      "node_modules/a/node_modules/b": {},
      "node_modules/d/node_modules/c": {},
    },
  };
  expect(missingFromLock(lockfile)).toEqual(["c, named by node_modules/a"]);
});
