import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("../globals.css", import.meta.url), "utf8");
const tokens = new Map(
  [...css.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name, light, dark]) => [
    name,
    { light, dark },
  ]),
);

const grounds = ["canvas", "surface", "raised", "sunken", "hover", "active", "selected"];
const meanings = ["info", "success", "warning", "danger", "agent"];

/** Every text and ground that components put together. */
const pairs: [string, string][] = [
  ...grounds.flatMap((ground): [string, string][] => [
    ["ink", ground],
    ["muted", ground],
    ["accent-text", ground],
  ]),
  ...grounds.filter((ground) => ground !== "active").map((ground): [string, string] => ["faint", ground]),
  ...meanings.flatMap((meaning) =>
    [...grounds.filter((ground) => ground !== "active"), `${meaning}-soft`].map((ground): [string, string] => [
      meaning,
      ground,
    ]),
  ),
  ...meanings.map((meaning): [string, string] => ["ink", `${meaning}-soft`]),
  ["accent-text", "accent-soft"],
  ["accent-ink", "accent"],
  ["accent-ink", "accent-hover"],
  ["accent-ink", "danger-solid"],
  ["accent-ink", "danger-solid-hover"],
  ["ink", "flash"],
];

/** What is seen but not read: control outlines and the focus ring (WCAG 1.4.11). */
const shapes: [string, string][] = ["canvas", "surface", "raised"].flatMap((ground): [string, string][] => [
  ["control", ground],
  ["focus", ground],
]);

describe("tokens", () => {
  for (const theme of ["light", "dark"] as const) {
    it(`keeps every text readable in the ${theme} theme (4.5)`, () => {
      expect(pairs.map((pair) => judge(pair, theme, 4.5)).filter(Boolean)).toEqual([]);
    });
    it(`keeps controls and focus visible in the ${theme} theme (3)`, () => {
      expect(shapes.map((pair) => judge(pair, theme, 3)).filter(Boolean)).toEqual([]);
    });
  }
});

function judge([text, ground]: [string, string], theme: "light" | "dark", least: number): string | undefined {
  const front = tokens.get(text)?.[theme];
  const back = tokens.get(ground)?.[theme];
  if (!front || !back) return `${text} or ${ground} is not a token`;
  const ratio = contrast(front, back);
  return ratio < least ? `${text} on ${ground}: ${ratio.toFixed(2)}` : undefined;
}

function contrast(left: string, right: string): number {
  const [low = 0, high = 0] = [luminance(left), luminance(right)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
