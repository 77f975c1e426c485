import { expect, test } from "vitest";
import { connectSnippets } from "./connect-snippets.ts";

const snippets = connectSnippets("https://crew.example:8443", "oc_k3y+/=");
const find = (id: string) => snippets.find((snippet) => snippet.id === id);

test("every way to connect carries the address and the key", () => {
  for (const { code } of snippets) {
    expect(code).toContain("https://crew.example:8443/");
    expect(code).toContain("oc_k3y+/=");
  }
});

test("Cursor's link holds the settings that its file would", () => {
  const link = new URL(find("cursor")?.install?.href ?? "");
  const config: unknown = JSON.parse(atob(link.searchParams.get("config") ?? ""));
  expect(config).toEqual({ url: "https://crew.example:8443/mcp", headers: { Authorization: "Bearer oc_k3y+/=" } });
  expect(JSON.parse(find("cursor")?.code ?? "")).toEqual({ mcpServers: { entourage: config } });
});

test("VS Code's link holds the settings that its file would", () => {
  const [, query = ""] = (find("vscode")?.install?.href ?? "").split("?");
  const { name, ...server } = JSON.parse(decodeURIComponent(query));
  expect(JSON.parse(find("vscode")?.code ?? "")).toEqual({ servers: { [name]: server } });
});
