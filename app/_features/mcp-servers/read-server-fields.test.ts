import { describe, expect, it } from "vitest";
import { readServerFields } from "./read-server-fields.ts";

const form = (values: Record<string, string>) => {
  const fields = new FormData();
  for (const [name, value] of Object.entries(values)) fields.set(name, value);
  return fields;
};

describe("the fields of an MCP server", () => {
  it("a value may hold = and : itself, and the way headers are written is understood", () => {
    const fields = form({ url: " https://example.org/mcp ", secrets: "Authorization: Bearer a=b:c\n\nX-Team=one" });
    expect(readServerFields(fields, "http")).toEqual({
      url: "https://example.org/mcp",
      secrets: { Authorization: "Bearer a=b:c", "X-Team": "one" },
    });
  });

  it("arguments keep their spaces within, one a line", () => {
    const fields = form({ command: "npx", args: "-y\nsome server\n" });
    expect(readServerFields(fields, "stdio")).toEqual({ command: "npx", args: ["-y", "some server"], secrets: {} });
  });

  it("a line that has no name is refused and says how to write it", () => {
    expect(() => readServerFields(form({ url: "https://example.org", secrets: "token" }), "http")).toThrow(
      "NAME=value",
    );
  });
});
