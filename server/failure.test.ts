import { pino } from "pino";
import { expect, test, vi } from "vitest";
import { AppError } from "./errors.ts";
import { asAppError, describeFailure } from "./failure.ts";

test.for(["CONNECTION_CLOSED", "57P03", "53300", "53100"])(
  "a database that is away, restarting, crowded or full (%s) asks to come back, also deep inside",
  (code) => {
    const driver = Object.assign(new Error("could not extend file"), { code });
    expect(asAppError(new Error("Failed query", { cause: driver }))).toMatchObject({
      code: "unavailable",
      details: { retryAfterSeconds: 1 },
    });
  },
);

test("what is a bug of ours stays one", () => {
  expect(asAppError(Object.assign(new Error("syntax error"), { code: "42601" }))).toBeUndefined();
  expect(asAppError(new TypeError("x is undefined"))).toBeUndefined();
});

test("a refusal made by another copy of the code, as Next's bundle of a route is, is a refusal", async () => {
  vi.resetModules();
  const { AppError: Other } = await import("./errors.ts");
  expect(Other).not.toBe(AppError);
  const refusal = new Other("rate_limited", "Slowly.");
  expect(refusal).toBeInstanceOf(AppError);
  expect(new Error("a bug")).not.toBeInstanceOf(AppError);
  expect(describeFailure(refusal, "id", pino({ level: "silent" }))).toMatchObject({
    code: "rate_limited",
    message: "Slowly.",
  });
});
