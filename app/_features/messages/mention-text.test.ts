import { expect, test } from "vitest";
import { matchesOf, mentionAt, withMention } from "./mention-text.ts";

const crew = ["ada", "Ada Lovelace", "Max Müller", "rio-2"].map((name) => ({ name }));
const names = (query: string) => matchesOf(crew, query).map(({ name }) => name);

test("a mention is what stands between an @ at the beginning of a word and the caret", () => {
  expect(mentionAt("hi @ad", 6)).toEqual({ start: 3, query: "ad" });
  expect(mentionAt("@", 1)).toEqual({ start: 0, query: "" });
  expect(mentionAt("@Max M", 6)).toEqual({ start: 0, query: "Max M" });
  for (const text of ["mail a@ad", "@@ad", "hi ad", "@ ad"]) expect(mentionAt(text, text.length)).toBeUndefined();
  expect(mentionAt("@ada and", 2)).toEqual({ start: 0, query: "a" });
});

test("names are offered by their beginning, then by the beginning of a further word; a whole name is left alone", () => {
  expect(names("")).toEqual(["ada", "Ada Lovelace", "Max Müller", "rio-2"]);
  expect(names("AD")).toEqual(["ada", "Ada Lovelace"]);
  expect(names("mü")).toEqual(["Max Müller"]);
  expect(names("max müller")).toEqual([]);
  expect(names("zoe")).toEqual([]);
});

test("taking a name leaves the rest of the text as it is, with one space between", () => {
  expect(withMention("hi @ad!", { start: 3, query: "ad" }, "Ada Lovelace")).toEqual({
    text: "hi @Ada Lovelace !",
    caret: 17,
  });
  expect(withMention("@a b", { start: 0, query: "a" }, "ada")).toEqual({ text: "@ada b", caret: 5 });
});
