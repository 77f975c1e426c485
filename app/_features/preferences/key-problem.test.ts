import { expect, test } from "vitest";
import { problemOfKeys } from "./key-problem.ts";

test("keys are letters, sequences and chords that nothing else has", () => {
  for (const keys of ["c", "g b", "mod+k", "mod+shift+enter", "?"]) expect(problemOfKeys(keys, [])).toBeUndefined();
  for (const keys of ["", "  ", "ctrl-k", "hello", "a b c d", "mod+"]) expect(problemOfKeys(keys, [])).toMatch(/Write/);
  expect(problemOfKeys("g b", [{ title: "Go to Board", keys: "g b" }])).toMatch("Go to Board has these keys");
});
