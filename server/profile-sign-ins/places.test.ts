import { expect, test } from "vitest";
import { parseConfig } from "../config.ts";
import { placesOf, problemOfProfileUrl } from "./places.ts";

test("an address of profiles that could lead elsewhere is refused when the product starts, with the reason", () => {
  const cases: [string, RegExp | undefined][] = [
    ["github=https://api.github.com/users/{user}", undefined],
    ["lab=http://127.0.0.1:9/{user}", undefined],
    ["github=http://api.github.com/{user}", /https/],
    ["github=https://{user}.example.org/", /path/],
    ["github=https://example.org{user}/", /form|path/],
    ["github=https://{user}@example.org/x", /credential/],
    ["github=https://a:b@example.org/{user}", /credential/],
    ["github=https://example.org/{user}#x", /fragment/],
    ["github=https://example.org/{user}/{user}", /form/],
    ["github=https://example.org/", /form/],
    ["https://example.org/{user}", /form/],
  ];
  for (const [text, problem] of cases) {
    const told = problemOfProfileUrl(text, ["127.0.0.1:9"]);
    if (problem) expect(told, text).toMatch(problem);
    else expect(told, text).toBeUndefined();
  }
  expect(() => parseConfig({ ENTOURAGE_PROFILE_URLS: "x=https://{user}.example.org/" })).toThrow(
    "ENTOURAGE_PROFILE_URLS",
  );
});

test("github is there unless the setting says otherwise; off is nowhere", () => {
  expect(placesOf(parseConfig({})).map(({ provider }) => provider)).toEqual(["github", "github"]);
  expect(placesOf(parseConfig({ ENTOURAGE_PROFILE_URLS: "off" }))).toEqual([]);
});
