import { expect, test, vi } from "vitest";
import { actorForSignIn } from "../auth/actor.ts";
import { register } from "../auth/register.ts";
import { findByPassword, startSignIn } from "../auth/sign-in.ts";
import { createApiKey } from "../api-keys/operations.ts";
import { actorForKey } from "../auth/actor.ts";
import { execute } from "../execute.ts";
import { newId } from "../ids.ts";
import { openTestRuntime } from "../test/fixtures.ts";
import { changePassword, listSignIns, revokeSignIn, signOut } from "./operations.ts";

const { runtime } = await openTestRuntime();
const once = { requestId: "test" };
const browser = { ip: "192.0.2.1", userAgent: "Browser" };
const password = "a long password";

async function signedUp() {
  const email = `${newId()}@example.org`;
  const { userId } = await register(runtime, { name: "Ada", email, password }, "open");
  const signIn = async () => {
    const id = await startSignIn(runtime, userId, browser);
    return { id, actor: await actorForSignIn(runtime, id, undefined, "") };
  };
  return { email, signIn };
}
const isOut = (id: string) =>
  vi.waitFor(
    () => expect(actorForSignIn(runtime, id, undefined, "")).rejects.toMatchObject({ code: "unauthenticated" }),
    5_000,
  );

test("a person sees their own sign-ins, which one is this, and ends any of them", async () => {
  const [ada, eve] = [await signedUp(), await signedUp()];
  const [here, there, foreign] = [await ada.signIn(), await ada.signIn(), await eve.signIn()];
  const { signIns } = await execute(listSignIns, runtime, here.actor, {}, once);
  expect(new Map(signIns.map(({ id, isThis }) => [id, isThis]))).toEqual(
    new Map([
      [here.id, true],
      [there.id, false],
    ]),
  );
  await execute(revokeSignIn, runtime, here.actor, { signInId: there.id }, once);
  await isOut(there.id);
  const ask = (signInId: string) =>
    execute(revokeSignIn, runtime, here.actor, { signInId }, once).catch((error: Error) =>
      error.message.replace(signInId, "…"),
    );
  expect(await ask(foreign.id)).toBe(await ask(newId()));
  expect((await actorForSignIn(runtime, foreign.id, undefined, "")).id).toBe(foreign.actor.id);
});

test("signing out ends the sign-in everywhere", async () => {
  const { id, actor } = await (await signedUp()).signIn();
  expect(await execute(signOut, runtime, actor, {}, once)).toEqual({});
  await isOut(id);
});

test("a new password works, the old one does not, and every other browser is out", async () => {
  const ada = await signedUp();
  const [here, there] = [await ada.signIn(), await ada.signIn()];
  const wrong = execute(changePassword, runtime, here.actor, { current: "not it", next: "another password" }, once);
  await expect(wrong).rejects.toMatchObject({ code: "invalid" });
  expect(
    await execute(changePassword, runtime, here.actor, { current: password, next: "another password" }, once),
  ).toEqual({ ended: 1 });
  await isOut(there.id);
  expect((await actorForSignIn(runtime, here.id, undefined, "")).id).toBe(here.actor.id);
  expect(await findByPassword(runtime, { email: ada.email, password })).toBeUndefined();
  expect(await findByPassword(runtime, { email: ada.email, password: "another password" })).toMatchObject({
    email: ada.email,
  });
});

test("guessing the current password is limited", async () => {
  const { actor } = await (await signedUp()).signIn();
  const codes = [];
  for (let guess = 0; guess < 11; guess++) {
    codes.push(
      await execute(changePassword, runtime, actor, { current: "guess", next: "another password" }, once).catch(
        ({ code }) => code,
      ),
    );
  }
  expect(codes.slice(0, 10)).toEqual(Array(10).fill("invalid"));
  expect(codes.at(-1)).toBe("rate_limited");
});

test("a short password is refused in words", async () => {
  const { actor } = await (await signedUp()).signIn();
  await expect(
    execute(changePassword, runtime, actor, { current: password, next: "short" }, once),
  ).rejects.toMatchObject({
    code: "invalid",
    message: expect.stringContaining("at least 8 characters"),
  });
});

test("an API key has no say over its person's sign-ins and password", async () => {
  const { actor } = await (await signedUp()).signIn();
  const { key } = await execute(createApiKey, runtime, actor, { name: "k" }, once);
  const byKey = await actorForKey(runtime, key, "");
  for (const ask of [
    () => execute(listSignIns, runtime, byKey, {}, once),
    () => execute(revokeSignIn, runtime, byKey, { signInId: newId() }, once),
    () => execute(changePassword, runtime, byKey, { current: password, next: "another password" }, once),
  ]) {
    await expect(ask()).rejects.toMatchObject({ code: "forbidden" });
  }
});
