import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { configurationPage } from "#scripts/config-docs.ts";
import { parseConfig, unknownNames } from "./config.ts";

test("an empty environment is a working configuration", () => {
  expect(parseConfig({})).toMatchObject({
    port: 3000,
    publicUrl: "http://localhost:3000",
    dataDir: resolve(".entourage"),
    auth: "on",
  });
});

test("a profile is a set of defaults: development logs all and allows little, and what is set goes before it", () => {
  const level = (environment: Record<string, string>) => parseConfig(environment).logLevel;
  expect([level({}), level({ ENTOURAGE_PROFILE: "staging" })]).toEqual(["info", "info"]);
  expect(level({ ENTOURAGE_PROFILE: "development" })).toBe("debug");
  expect(level({ ENTOURAGE_PROFILE: "development", ENTOURAGE_LOG_LEVEL: "warn" })).toBe("warn");
  expect(() => parseConfig({ ENTOURAGE_PROFILE: "test" })).toThrow(/ENTOURAGE_PROFILE="test"/);
});

test("empty values count as not set", () => {
  const parsed = parseConfig({ PORT: " ", DATABASE_URL: "" });
  expect(parsed.port).toBe(3000);
  expect(parsed.databaseUrl).toBeUndefined();
});

test("one error names every wrong setting with its value and what is possible", () => {
  const wrong = { PORT: "70000", ENTOURAGE_SANDBOX: "chroot", ENTOURAGE_PUBLIC_URL: "example.com" };
  expect(() => parseConfig(wrong)).toThrow(/PORT="70000": .*65535[\s\S]*ENTOURAGE_SANDBOX="chroot": .*bubblewrap/);
  expect(() => parseConfig(wrong)).toThrow(/ENTOURAGE_PUBLIC_URL="example.com"/);
});

test("a misspelt setting is found", () => {
  expect(unknownNames({ ENTOURAGE_POOLSIZE: "5", ENTOURAGE_POOL_SIZE: "5", PATH: "" })).toEqual(["ENTOURAGE_POOLSIZE"]);
});

test("the value of a secret never stands in an error", () => {
  const tries = [
    { DATABASE_URL: "mysql://me:hunter2@db/x" },
    { ENTOURAGE_PUSHER_URL: "https://key:hunter2@host/wrong" },
  ];
  for (const environment of tries) {
    expect(() => parseConfig(environment)).toThrow("(hidden)");
    expect(() => parseConfig(environment)).not.toThrow("hunter2");
  }
});

test("sign-in can be off on loopback only", () => {
  expect(parseConfig({ ENTOURAGE_AUTH: "off" }).auth).toBe("off");
  expect(() => parseConfig({ ENTOURAGE_AUTH: "off", ENTOURAGE_HOST: "0.0.0.0" })).toThrow(/loopback only/);
});

test("settings that belong together are asked for together", () => {
  expect(() => parseConfig({ ENTOURAGE_GITHUB_ID: "x" })).toThrow(/missing: ENTOURAGE_GITHUB_SECRET/);
});

test("a list is split at commas, and an origin is an origin", () => {
  expect(parseConfig({ ENTOURAGE_CORS_ORIGINS: "https://a.example, https://b.example" }).corsOrigins).toEqual([
    "https://a.example",
    "https://b.example",
  ]);
  expect(() => parseConfig({ ENTOURAGE_CORS_ORIGINS: "*" })).toThrow(/not an origin/);
});

test("docs/configuration.md says what the schema says (node scripts/run.mjs config-docs)", () => {
  expect(readFileSync("docs/configuration.md", "utf8")).toBe(configurationPage());
});

test("production refuses the fixtures of the protocol's conformance suite", () => {
  const flag = { ENTOURAGE_MCP_CONFORMANCE: "1" };
  expect(() => parseConfig(flag)).toThrow(/ENTOURAGE_MCP_CONFORMANCE=1 .* production refuses/);
  expect(parseConfig({ ...flag, ENTOURAGE_PROFILE: "staging" }).mcpConformance).toBe("1");
});
