import { expect, test } from "vitest";
import { asAppError } from "./failure.ts";

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
