import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runParser } from "@optique/core/facade";
import { afterAll, expect, test } from "vitest";
import { openTerminal } from "#scripts/test/terminal.ts";
import { actorForSignIn } from "#server/auth/actor.ts";
import { startSignIn } from "#server/auth/sign-in.ts";
import { grantAccess, listChannels, lockChannel, publish } from "#server/channels/operations.ts";
import type { Actor } from "#server/context.ts";
import { approveDevice } from "#server/device-sign-ins/operations.ts";
import { execute } from "#server/execute.ts";
import { askHuman } from "#server/human-requests/operations.ts";
import { inviteMember } from "#server/members/operations.ts";
import { createTask } from "#server/tasks/operations.ts";
import { openTestDoors } from "#server/test/doors.ts";
import { createTestAgent, createTestOrg } from "#server/test/fixtures.ts";
import { brief, footer, grammar } from "./grammar.ts";
import { openShell } from "./test/shell.ts";

// A host of public profiles: whatever signature was asked for last stands in every one of them.
let signature = "";
const host = createServer((request, response) => response.end(JSON.stringify({ id: request.url, bio: signature })));
await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
const profiles = `127.0.0.1:${(host.address() as AddressInfo).port}`;
afterAll(() => host.close());

const { runtime, address, keyOf } = await openTestDoors({
  ENTOURAGE_PROFILE_URLS: `github=http://${profiles}/{user}`,
  ENTOURAGE_PROFILE_TRUSTED_HOSTS: profiles,
  ENTOURAGE_CHANNEL_RATE: "1000",
});
const { entourage, environment, start } = openShell(address);
const org = await createTestOrg(runtime);
const [agent, other] = [await createTestAgent(runtime, org), await createTestAgent(runtime, org)];
const [ownerKey, agentKey, otherKey] = [await keyOf(org), await keyOf(org, agent), await keyOf(org, other)];
const once = { requestId: "test" };
const folder = mkdtempSync(join(tmpdir(), "entourage-commands-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = async (actor: Actor, operation: Parameters<typeof execute>[0], input: object) =>
  JSON.parse(JSON.stringify(await execute(operation, runtime, actor, input, once)));
const makeTask = async (title: string): Promise<{ id: string; number: number }> =>
  (await run(org.owner, createTask, { teamId: org.teamId, title })).task;
const ask = async (title: string): Promise<string> =>
  (await run(agent, askHuman, { kind: "approval", title, action: { name: "deploy", input: {} }, timeoutSeconds: 0 }))
    .request;
/** Somebody has a handle from their first message on. */
const handleOf = async (actor: Actor): Promise<string> => {
  await run(actor, publish, { channel: "public.hello", payload: 1 });
  return (await run(actor, listChannels, {})).handle;
};
const [mine, theirs] = [await handleOf(agent), await handleOf(other)];
const schema = join(folder, "schema.json");
writeFileSync(schema, '{"type":"object"}');
const browser = await actorForSignIn(
  runtime,
  await startSignIn(runtime, org.owner.id, { ip: "", userAgent: "" }),
  undefined,
  "",
);

type Way = "pipe" | "terminal";
interface Case {
  /** As whom; undefined: with what the settings hold. */
  key?: string;
  args: string[];
  stdin?: string;
  /** What stands in the data, in both ways. */
  shows: RegExp;
  /** What a person does meanwhile, given what is shown so far on standard error or the terminal. */
  meanwhile?: { when: RegExp; does: (found: RegExpExecArray, type: (text: string) => void) => Promise<void> | void };
  /** Typed on the terminal, where a pipe has `stdin`. */
  types?: string;
  settings?: object;
}
const loggedIn = { current: "default", profiles: { default: { server: address, token: ownerKey } } };
const channelOf = (command: string, way: Way) => `agent.${mine}.${command}-${way}`;

/** A case for every command there is; made anew for each way, since most of them change something. */
const cases: Record<string, (way: Way) => Promise<Case> | Case> = {
  login: () => ({
    args: ["login"],
    shows: /owner/,
    meanwhile: {
      when: /([A-Z]{4}-[A-Z]{4})/,
      does: async ([, userCode]) => {
        await run(browser, approveDevice, { userCode, organizationId: org.orgId });
      },
    },
  }),
  verify: async (way) => {
    const { link } = await run(org.owner, inviteMember, { email: null, role: "member", teamIds: [org.teamId] });
    const begun = await fetch(`${address}/api/auth/init`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ user: `from-${way}`, invitation: link }),
    });
    const placed = await begun.json();
    signature = placed.signature;
    const pending = { ticket: placed.ticket, expiresAt: placed.expiresAt };
    return {
      args: ["verify"],
      shows: new RegExp(`from-${way}`),
      settings: { current: "default", profiles: { default: { server: address, pending } } },
    };
  },
  logout: () => ({ args: ["logout"], shows: /"loggedIn":false|nothing is kept/, settings: loggedIn }),
  whoami: () => ({ key: ownerKey, args: ["whoami"], shows: /owner/ }),
  tasks: async (way) => {
    const { number } = await makeTask(`Listed in a ${way}`);
    return { key: ownerKey, args: ["tasks", "-q", way, "--limit", "5"], shows: new RegExp(`${number}`) };
  },
  task: async (way) => {
    const { id } = await makeTask(`Shown in a ${way}`);
    return { key: ownerKey, args: ["task", id], shows: new RegExp(`Shown in a ${way}`) };
  },
  claim: async (way) => {
    const { id } = await makeTask(`Claimed in a ${way}`);
    return { key: way === "pipe" ? agentKey : otherKey, args: ["claim", id], shows: /lease/ };
  },
  inbox: async (way) => {
    await ask(`Seen in a ${way}?`);
    return { key: ownerKey, args: ["inbox"], shows: new RegExp(`Seen in a ${way}`) };
  },
  answer: async (way) => ({
    key: ownerKey,
    args: ["answer", await ask(`Answered in a ${way}?`), "yes"],
    shows: /Answered|approved/,
  }),
  events: () => ({
    key: ownerKey,
    args: ["events", "--since", "0", "--count", "1"],
    shows: /organization\.created|"seq":1/,
  }),
  pub: (way) => ({
    ...{ key: agentKey, args: ["pub", `public.pub-${way}`, ...(way === "terminal" ? ["[1]"] : [])] },
    ...{ stdin: "[1]", shows: /"seq":1|Published as 1/ },
  }),
  sub: async (way) => {
    await entourage(["pub", `public.sub-${way}`, "heard"], { key: agentKey });
    return {
      key: otherKey,
      args: ["sub", `public.sub-${way}`, "--since", "0", "--count", "1"],
      shows: /"payload":"heard"/,
    };
  },
  subexec: async (way) => {
    await entourage(["pub", `public.exec-${way}`, '"ran"'], { key: agentKey });
    const limits = ["--since", "0", "--count", "1", "--buffer", "2", "--timeout", "50"];
    return {
      key: otherKey,
      args: ["subexec", `public.exec-${way}`, ...limits, "--", "cat"],
      shows: /"batch":true.*"ran"/,
    };
  },
  lock: (way) => ({ key: agentKey, args: ["lock", channelOf("lock", way)], shows: /locked/ }),
  unlock: (way) => ({ key: agentKey, args: ["unlock", channelOf("unlock", way)], shows: /open|"locked":false/ }),
  grant: async (way) => {
    await run(agent, lockChannel, { channel: channelOf("grant", way) });
    return { key: agentKey, args: ["grant", theirs, channelOf("grant", way)], shows: /may hear|"locked":true/ };
  },
  revoke: async (way) => {
    await run(agent, lockChannel, { channel: channelOf("revoke", way) });
    await run(agent, grantAccess, { channel: channelOf("revoke", way), handle: theirs });
    return { key: agentKey, args: ["revoke", theirs, channelOf("revoke", way)], shows: /no more|"locked":true/ };
  },
  request: async (way) => {
    await run(agent, lockChannel, { channel: `agent.${mine}.asked-${way}` });
    return { key: otherKey, args: ["request", `agent.${mine}.asked-${way}`, "I build on it"], shows: /Asked|\{/ };
  },
  advertise: (way) => ({
    key: agentKey,
    args: ["advertise", "set", channelOf("advertise", way), "--description", "Builds", "--schema", schema],
    shows: /described|"description":"Builds"/,
  }),
  validate: () => ({ key: agentKey, args: ["validate", "{}", "--schema", schema], shows: /It fits|"valid":true/ }),
  run: () => ({ key: ownerKey, args: ["run", "ping"], shows: /"role": ?"owner"/ }),
  mcp: () => {
    const hello = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
    const line = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: hello });
    return {
      ...{ key: agentKey, args: ["mcp"], shows: /"serverInfo"/, types: `${line}\n` },
      meanwhile: { when: /"serverInfo"/, does: (_found, type) => type("\u0004") },
    };
  },
  "instruction-prompt": () => ({ key: agentKey, args: ["instruction-prompt"], shows: /wait_for_work/ }),
  doctor: () => ({ key: ownerKey, args: ["doctor"], shows: /access/ }),
  config: () => ({ args: ["config", "list"], shows: /default/, settings: loggedIn }),
};

const commandNames = [...helpOf([]).matchAll(/^ {2}([a-z][a-z-]*) {2,}\S/gm)]
  .flatMap(([, name]) => name ?? [])
  .filter(
    (name) => !["help", "completion"].includes(name), // Of the parser's library, and tried in cli.test.ts.
  );

test("every command there is has a case here", () => {
  expect(commandNames.length).toBeGreaterThan(20);
  expect(Object.keys(cases).toSorted()).toEqual(commandNames.toSorted());
});

test.concurrent.each(Object.entries(cases))(
  "%s works in a pipe: nothing but JSON lines on standard output, no colours, no secrets in the arguments",
  { timeout: 60_000 },
  async (name, prepare) => {
    const one = await prepare("pipe");
    const env = settingsFor(name, "pipe", one.settings);
    const { stdout, stderr, code } = await inPipe(one, env);
    expect(code, stderr).toBe(0);
    for (const line of stdout.trim().split("\n")) expect(() => JSON.parse(line) as unknown, line).not.toThrow();
    expect(stdout).toMatch(one.shows);
    expect(stdout + stderr).not.toContain("\u001b");
    expect(one.args.join(" ")).not.toMatch(/oc_|pt_|dc_/);
  },
);

/** A terminal differs by colours and by what is typed: the everyday run tries who types and some of the others. */
const onTerminal = Object.entries(cases).filter(
  ([name], index) => process.env.ENTOURAGE_TEST_FULL === "1" || name === "login" || index % 6 === 0,
);

test.concurrent.each(onTerminal)("%s works on a terminal", { timeout: 60_000 }, async (name, prepare) => {
  const one = await prepare("terminal");
  const env = { ...environment({ key: one.key }), ...settingsFor(name, "terminal", one.settings) };
  const terminal = openTerminal(one.args, env);
  if (one.types) terminal.type(one.types);
  if (one.meanwhile) await one.meanwhile.does(await terminal.until(one.meanwhile.when), terminal.type);
  expect(await terminal.ended, terminal.shown()).toBe(0);
  expect(terminal.shown()).toMatch(one.shows);
});

test("what login keeps is for its owner's eyes only, and ends everywhere with logout", async () => {
  const env = { XDG_CONFIG_HOME: join(folder, "login-pipe") };
  expect((await entourage(["--json", "whoami"], { env })).stdout).toContain("owner");
  const { token } = JSON.parse(readFileSync(join(folder, "login-pipe/entourage/config.json"), "utf8")).profiles.default;
  expect((await entourage(["logout"], { env })).stdout).toContain("has ended");
  const response = await fetch(`${address}/api/auth/me`, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(401);
});

test("a login by profile shows what to place and keeps what nobody may see", async () => {
  const env = { XDG_CONFIG_HOME: join(folder, "by-profile") };
  const { link } = await run(org.owner, inviteMember, { email: null, role: "member", teamIds: [org.teamId] });
  const begun = await entourage(["login", "--user", "shown-to"], { env, stdin: `${link}\n` });
  expect(begun.code, begun.stderr).toBe(0);
  signature = begun.stdout.trim();
  expect(signature).toMatch(/^ps_\w{49}$/);
  expect(begun.stderr).toContain(`http://${profiles}/shown-to`);
  expect(begun.stdout + begun.stderr).not.toContain("pt_");
  const verified = await entourage(["verify"], { env });
  expect(verified.stdout, verified.stderr).toContain("as shown-to (member)");
  expect((await entourage(["verify"], { env })).code, "nothing is left to verify").toBe(2);
});

test("the help of every command reads well", async () => {
  const pages = ["", ...commandNames, "advertise set", "config set"].map((name) => helpOf(name ? name.split(" ") : []));
  for (const page of pages) {
    // No line that explains nothing, and none that a reader has to scroll for.
    for (const line of page.split("\n").filter((text) => /^ {2}\S/.test(text))) expect(line).toMatch(/\S {2,}\S/);
  }
  await expect(`${pages.join("\n\n")}\n`).toMatchFileSnapshot("test/help.txt");
});

function settingsFor(name: string, way: Way, settings: object | undefined): Record<string, string> {
  const home = join(folder, `${name}-${way}`);
  if (settings) {
    mkdirSync(join(home, "entourage"), { recursive: true });
    writeFileSync(join(home, "entourage/config.json"), JSON.stringify(settings), { mode: 0o600 });
  }
  return { XDG_CONFIG_HOME: home };
}

async function inPipe({ key, args, stdin, types, meanwhile }: Case, env: Record<string, string>) {
  const child = start(["--json", ...args], { key, env });
  let [stdout, stderr] = ["", ""];
  let done = false;
  const look = () => {
    const found = meanwhile?.when.exec(stdout + stderr);
    if (!found || done) return;
    done = true;
    void meanwhile?.does(found, () => child.stdin.end());
  };
  child.stdout.on("data", (chunk) => {
    stdout += String(chunk);
    look();
  });
  child.stderr.on("data", (chunk) => {
    stderr += String(chunk);
    look();
  });
  if (types) child.stdin.write(types);
  else child.stdin.end(stdin ?? "");
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { stdout, stderr, code };
}

/** A page of help, made in this process. */
function helpOf(words: string[]): string {
  let page = "";
  const stdout = (text: string) => void (page += `${text}\n`);
  const help = { command: true, option: true, onShow: () => page } as const;
  const manner = {
    brief,
    footer,
    help,
    stdout,
    colors: false,

    usageLine: [{ type: "ellipsis" }],
  } as const;
  runParser<typeof grammar, string>(grammar, "entourage", [...words, "--help"], manner);
  return page.trimEnd();
}
