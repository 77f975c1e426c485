import { createTRPCClient, httpBatchLink } from "@trpc/client";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { encode } from "next-auth/jwt";
import { expect, expectTypeOf, test } from "vitest";
import type { TaskStatus } from "#db/enums.ts";
import { signIns } from "#db/schema/identity.ts";
import { sessionSettings } from "../auth/settings.ts";
import { newId } from "../ids.ts";
import { openTestDoors } from "../test/doors.ts";
import { createTestOrg, type TestOrg } from "../test/fixtures.ts";
import type { AppRouter } from "./router.ts";

const { runtime, address, db } = await openTestDoors();
const org = await createTestOrg(runtime);

/** A browser with a session, on our own page. */
async function signIn(person: TestOrg, orgRef: string) {
  const signInId = newId();
  await db.insert(signIns).values({
    id: signInId,
    userId: person.owner.id,
    createdAt: new Date(),
    lastSeenAt: new Date(),
    expiresAt: new Date(Date.now() + 600_000),
  });
  const { secret, cookieName } = sessionSettings(runtime.config);
  const cookie = `${cookieName}=${await encode({ token: { signInId }, secret, salt: cookieName })}`;
  const headers = { cookie, origin: address, "x-entourage-org": orgRef };
  return createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: `${address}/api/trpc`, headers })] });
}

test("types reach the client: inputs as they may be left out, outputs as JSON brings them", () => {
  type Inputs = inferRouterInputs<AppRouter>["tasks"];
  type Outputs = inferRouterOutputs<AppRouter>["tasks"];
  expectTypeOf<Inputs["changeStatus"]["status"]>().toEqualTypeOf<TaskStatus>();
  expectTypeOf<Inputs["create"]["priority"]>().toEqualTypeOf<"low" | "medium" | "high" | "critical" | undefined>();
  expectTypeOf<Outputs["get"]["task"]["createdAt"]>().toEqualTypeOf<string>();
  // @ts-expect-error a title is text
  const wrong: Inputs["create"] = { teamId: "", title: 5 };
  expect(wrong.title).toBe(5);
});

test("a signed-in person reads and writes in the organization they name, several at once", async () => {
  const client = await signIn(org, org.slug);
  const { task } = await client.tasks.create.mutate({ teamId: org.teamId, title: "From the browser" });
  const [pong, list, detail] = await Promise.all([
    client.platform.ping.query({}),
    client.tasks.list.query({ teamId: org.teamId }),
    client.tasks.get.query({ task: task.id }),
  ]);
  expect(pong.role).toBe("owner");
  expect(list.tasks.map(({ id }) => id)).toContain(task.id);
  expect(detail.task.title).toBe("From the browser");
});

test("a refusal brings our code, message, details and request id, beside answers of the same batch", async () => {
  const client = await signIn(org, org.orgId);
  const [missing, wrong, pong] = await Promise.allSettled([
    client.tasks.get.query({ task: "4711" }),
    client.tasks.create.mutate({ teamId: org.teamId, title: "" }),
    client.platform.ping.query({}),
  ]);
  expect(missing).toMatchObject({
    status: "rejected",
    // An agent is also told which operation lists them; a person is not.
    reason: {
      message: "There is no task 4711 here.",
      data: { code: "not_found", httpStatus: 404, requestId: /.{8}/, path: "tasks.get" },
    },
  });
  expect(wrong).toMatchObject({ reason: { data: { code: "invalid", details: { issues: [{ path: "title" }] } } } });
  expect(pong.status).toBe("fulfilled");
});

test("an organization of others is as one that does not exist", async () => {
  const other = await createTestOrg(runtime);
  const outcome = async (orgRef: string) => {
    const client = await signIn(org, orgRef);
    const failure = await client.platform.ping.query({}).catch((error: unknown) => error);
    const { code, message } = (failure as { data: { code: string; message: string } }).data;
    return { code, message: message.replace(orgRef, "ORG") };
  };
  const foreign = await outcome(other.slug);
  expect(foreign).toMatchObject({ code: "not_found" });
  expect(await outcome("no-such-org")).toEqual(foreign);
});

test("without a session, from a foreign page, on an unknown path and with a broken batch: a clear refusal", async () => {
  const ask = (path: string, init: RequestInit = {}) => fetch(`${address}/api/trpc/${path}`, init);
  expect((await ask("platform.ping")).status).toBe(401);
  expect((await ask("platform.ping", { headers: { origin: "http://evil.example" } })).status).toBe(403);
  expect((await ask("tasks.nothing")).status).toBeLessThan(500);
  expect((await ask("platform.ping?batch=1&input={")).status).toBeLessThan(500);
  const broken = await ask("tasks.create", {
    method: "POST",
    body: "{",
    headers: { "content-type": "application/json" },
  });
  expect(broken.status).toBeGreaterThanOrEqual(400);
  expect(broken.status).toBeLessThan(500);
  const [body] = [await (await ask("platform.ping")).json()];
  expect(body.error).toMatchObject({ message: /Sign in/, data: { code: "unauthenticated", requestId: /.{8}/ } });
});
