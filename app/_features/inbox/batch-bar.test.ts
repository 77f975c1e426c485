import { expect, test } from "vitest";
import { endOf } from "./always-allow-dialog.tsx";
import { sharedOptions } from "./batch-bar.tsx";

test("many requests are answered with what all of them offer, whatever its order, and with nothing else", () => {
  const yes = { value: { approved: true }, label: "Approve" };
  const no = { value: { approved: false }, label: "Decline" };
  const blue = { value: "blue", label: "Blue" };
  expect(sharedOptions([{ options: [yes, no] }, { options: [no, yes] }])).toEqual([yes, no]);
  expect(sharedOptions([{ options: [yes, no] }, { options: [blue] }])).toEqual([]);
  expect(sharedOptions([{ options: [blue] }, { options: null }])).toEqual([]);
});

test("until Friday is the coming Friday at 18:00; on a Friday evening the next one", () => {
  const friday = new Date(2026, 10, 20, 17);
  expect(new Date(endOf("friday", friday) ?? "").getTime()).toBe(new Date(2026, 10, 20, 18).getTime());
  const later = new Date(2026, 10, 20, 19);
  expect(new Date(endOf("friday", later) ?? "").getTime()).toBe(new Date(2026, 10, 27, 18).getTime());
  expect(endOf("ever")).toBeNull();
  expect(Date.parse(endOf("day", friday) ?? "") - friday.getTime()).toBe(86_400_000);
});
