import { expect, it } from "vitest";
import { closeOpenMarks, markdownBlocks } from "./markdown-blocks.ts";

it("cuts at blank lines, never within code, a list, a quote or a table", () => {
  const code = "```ts\nconst a = 1;\n\nconst b = 2;\n```";
  const list = "1. one\n\n   more of one\n\n2. two";
  const quote = "> a\n\n> b";
  expect(markdownBlocks(`Hello\n\n${code}\n\n${list}\n\nThe end\n\n${quote}`)).toEqual([
    "Hello",
    `${code}\n\n${list}`,
    `The end\n\n${quote}`,
  ]);
});

it("leaves earlier parts as they are while the text grows", () => {
  const text = "# Title\n\nFirst.\n\n```\na\n\nb\n```\n\nSecond.\n\n- x\n\n- y\n\nThird.";
  for (let length = 1; length < text.length; length++) {
    const so = markdownBlocks(text.slice(0, length)).slice(0, -1);
    expect(markdownBlocks(text).slice(0, so.length)).toEqual(so);
  }
});

it("does not take a shorter fence for the end of a longer one", () => {
  expect(markdownBlocks("````\n```\n\nx\n````\n\nAfter")).toEqual(["````\n```\n\nx\n````", "After"]);
});

it("closes what is open, and shows no half of an address", () => {
  expect(closeOpenMarks("so **bol")).toBe("so **bol**");
  expect(closeOpenMarks("so **")).toBe("so ");
  expect(closeOpenMarks("a `cod")).toBe("a `cod`");
  expect(closeOpenMarks("see [the docs](https://exam")).toBe("see the docs");
  expect(closeOpenMarks("see [the do")).toBe("see the do");
  expect(closeOpenMarks("**done** and `done`")).toBe("**done** and `done`");
  expect(closeOpenMarks("```\n**")).toBe("```\n**");
});
