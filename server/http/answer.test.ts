import { expect, test } from "vitest";
import { execute } from "../execute.ts";
import { claimTask } from "../leases/operations.ts";
import { createTestAgent, createTestOrg } from "../test/fixtures.ts";
import { openTestDoors } from "../test/doors.ts";
import { operations } from "../trpc/operations.ts";
import { describeApi } from "./openapi.ts";

const { runtime, address, keyOf } = await openTestDoors({ ENTOURAGE_CORS_ORIGINS: "https://friend.example" });
const org = await createTestOrg(runtime);
const key = await keyOf(org);

function post(operation: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${address}/api/v1/${operation}`, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers },
  });
}
const told = async (response: Response) => [response.status, (await response.json()).error];

test("an operation answers JSON with JSON, and an empty body is an empty input", async () => {
  const made = await post("create_task", { teamId: org.teamId, title: "By HTTP" });
  expect(made.status).toBe(200);
  expect(await made.json()).toMatchObject({ task: { title: "By HTTP", status: "todo" } });
  expect((await post("ping", "")).status).toBe(200);
});

test("every refusal has one form, with the request id that is also in the header", async () => {
  const response = await post("get_task", { task: "4711" });
  const [status, error] = await told(response);
  expect(status).toBe(404);
  expect(error).toMatchObject({ code: "not_found", requestId: response.headers.get("x-request-id") });
});

test("what cannot be read is refused with what would be possible", async () => {
  expect(await told(await post("ping", "{"))).toMatchObject([400, { code: "invalid", message: /not JSON/ }]);
  expect(await told(await post("ping", "5"))).toMatchObject([400, { code: "invalid" }]);
  expect(await told(await post("ping", {}, { "content-type": "text/plain" }))).toMatchObject([
    400,
    { code: "invalid" },
  ]);
  const [status, error] = await told(await post("create_task", { title: "", more: 1 }));
  expect(status).toBe(400);
  expect(error.details.issues).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ path: "title" }),
      expect.objectContaining({ message: expect.stringContaining("more") }),
    ]),
  );
  expect(await told(await post("list_task", {}))).toMatchObject([404, { details: { near: ["list_tasks"] } }]);
  expect(await told(await post("tasksList", {}))).toMatchObject([404, { details: { near: ["list_tasks"] } }]);
  expect(await told(await post("__proto__", {}))).toMatchObject([404, { code: "not_found" }]);
});

test("a body beyond the limit is refused, announced or not", async () => {
  const large = JSON.stringify({ text: "x".repeat(1_100_000) });
  expect((await post("ping", large)).status).toBe(413);
  const unannounced = await fetch(`${address}/api/v1/ping`, {
    method: "POST",
    body: new Blob([large]).stream(),
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...{ duplex: "half" },
  }).then(
    ({ status }) => status,
    () => "cut",
  );
  expect([413, "cut"]).toContain(unannounced);
});

test("a NUL and half a character are refused, not a failure of the server", async () => {
  const [status, error] = await told(await post("create_task", { teamId: org.teamId, title: "a\u0000b" }));
  expect([status, error.code]).toEqual([400, "invalid"]);
  expect((await post("create_task", { teamId: org.teamId, title: "a\ud800b" })).status).toBeLessThan(500);
});

test("without a key, with a wrong one or from a foreign page nothing is answered", async () => {
  const refused = await post("ping", {}, { authorization: "Bearer oc_nonsense" });
  expect(refused.headers.get("www-authenticate")).toBe("Bearer");
  expect(await told(refused)).toMatchObject([401, { code: "unauthenticated" }]);
  expect(await told(await post("ping", {}, { origin: "https://evil.example" }))).toMatchObject([
    403,
    { code: "forbidden" },
  ]);
  const friendly = await post("ping", {}, { origin: "https://friend.example" });
  expect([friendly.status, friendly.headers.get("access-control-allow-origin")]).toEqual([
    200,
    "https://friend.example",
  ]);
});

test("the same idempotency key does nothing twice, and is refused for another request", async () => {
  const headers = { "idempotency-key": "once" };
  const body = { teamId: org.teamId, title: "Only once" };
  const first = await (await post("create_task", body, headers)).json();
  expect(await (await post("create_task", body, headers)).json()).toEqual(first);
  expect(await told(await post("create_task", { ...body, title: "Other" }, headers))).toMatchObject([
    409,
    { code: "conflict" },
  ]);
});

test("any call of an external agent is a sign of life", async () => {
  const agent = await createTestAgent(runtime, org, { runtime: "external" });
  const agentKey = await keyOf(org, agent);
  const headers = { authorization: `Bearer ${agentKey}` };
  const { claim } = await execute(claimTask, runtime, agent, {}, { requestId: "test" });
  const leaseId = claim?.lease.id;
  await runtime.db.execute(
    `update lease_clocks set expires_at = now() + interval '5 seconds' where lease_id = '${leaseId}'`,
  );
  expect((await post("ping", {}, headers)).status).toBe(200);
  const [clock] = await runtime.db.execute<{ long: boolean }>(
    `select expires_at > now() + interval '20 minutes' as long from lease_clocks where lease_id = '${leaseId}'`,
  );
  expect(clock?.long).toBe(true);
});

test("the OpenAPI document tells every operation", () => {
  const document = describeApi(operations, address);
  expect(Object.keys(document.paths)).toEqual([
    ...[...operations.keys()].map((name) => `/${name}`),
    ...["register", "login", "refresh", "init", "verify", "device", "device/token", "reset", "revoke", "me"].map(
      (name) => `/api/auth/${name}`,
    ),
    ...["publish", "lock", "unlock", "grant", "revoke", "advertise", "locks/{agent}", "profile/{agent}", "events"].map(
      (path) => `/api/${path}`,
    ),
  ]);
  const schema = { type: "object", required: expect.arrayContaining(["title"]) };
  const post = { requestBody: { content: { "application/json": { schema } } } };
  expect(document.paths).toMatchObject({ "/create_task": { post } });
});
