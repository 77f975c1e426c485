import { describe, expect, it } from "vitest";
import { keepColours } from "./ansi-filter.ts";

const esc = "\u001b";

describe("keepColours", () => {
  it("keeps text, line breaks and colours", () => {
    const log = `${esc}[1;32mok${esc}[0m\n\tdone`;
    expect(keepColours(log)).toBe(log);
  });
  it("drops links, titles and the clipboard, with either end", () => {
    expect(keepColours(`${esc}]8;;javascript:alert(1)\u0007click${esc}]8;;${esc}\\ here`)).toBe("click here");
    expect(keepColours(`a${esc}]52;c;ZXZpbA==\u0007b`)).toBe("ab");
    expect(keepColours(`a${esc}]0;title without end\nb`)).toBe("a\nb");
  });
  it("drops device strings, cursor moves and erasing", () => {
    expect(keepColours(`a${esc}P1;2|evil${esc}\\b${esc}[2J${esc}[10;10Hc${esc}[?25ld${esc}ce`)).toBe("abcde");
    expect(keepColours("a\u009b2Jb\u0090evil\u009cc")).toBe("abc");
  });
  it("drops bells, nulls and marks that reorder text", () => {
    expect(keepColours("a\u0000\u0007\u202eb")).toBe("ab");
  });
  it("starts a line over at a carriage return, and knows Windows line ends", () => {
    expect(keepColours("10 %\r50 %\r100 %\nnext\r\nlast")).toBe("100 %\nnext\nlast");
  });
  it("leaves no escape in a cut-off sequence but a colour", () => {
    expect(keepColours(`a${esc}[`)).not.toContain(esc);
    expect(keepColours(`a${esc}`)).not.toContain(esc);
  });
});
