import { expect, test } from "vitest";
import { reasonOfFailure } from "./reason-of-failure.ts";

test("a task tells the last reason it failed for, and none where nobody gave one", () => {
  const moved = (to: string, reason?: string) => ({ type: "task.status_changed", data: { to, reason } });
  const events = [moved("todo", "Again"), moved("failed", "No disk"), moved("failed", "No network")];
  expect(reasonOfFailure(events)).toBe("No disk");
  expect(reasonOfFailure([moved("failed"), moved("failed", "No network")])).toBeNull();
  expect(reasonOfFailure([])).toBeNull();
});
