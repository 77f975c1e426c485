import { existsSync } from "node:fs";
import { connect } from "node:net";
import { dirname } from "node:path";
import { once } from "node:events";
import type { LookupFunction } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { newId } from "#server/ids.ts";
import { askThrough, openSecureServer } from "./test/secure-server.ts";
import { openWayOut } from "./way-out.ts";

const { port, seen } = await openSecureServer();
const until = { timeout: 30_000, interval: 10 };

/** Every name in the world leads to one address, so that whatever gets through is seen. */
const leadingTo =
  (address: string, asked: string[] = []): LookupFunction =>
  (name, options, done) => {
    asked.push(name);
    const family = address.includes(":") ? 6 : 4;
    if (options.all) done(null, [{ address, family }]);
    else done(null, address, family);
  };
/** Trusted by the operator, so that nothing but the list of hosts stands in the way. */
const everybody = ["registry.npmjs.org", "npmjs.org", "example.org", "a.example.org", "a.b.example.org"];
const hosts = [`registry.npmjs.org:${port}`, `*.example.org:${port}`];

async function open(changes: Partial<Parameters<typeof openWayOut>[1]> = {}) {
  const told: string[] = [];
  const rules = { hosts, trustedHosts: everybody, lookup: leadingTo("127.0.0.1"), ...changes };
  const out = await openWayOut(newId(), { ...rules, onRefused: (words) => told.push(words) });
  onTestFinished(() => out.close());
  return { ...out, told };
}

/** Says bytes to the proxy. @returns the head of its answer, and the connection. */
async function say(socket: string, bytes: string) {
  const client = connect(socket);
  client.on("error", () => client.destroy());
  client.write(bytes, "latin1");
  const head = await new Promise<string>((done) => {
    let text = "";
    client.on("readable", () => {
      for (let byte: unknown = client.read(1); byte !== null && !text.endsWith("\r\n\r\n"); byte = client.read(1))
        text += String(byte);
      if (text.endsWith("\r\n\r\n")) done(text);
    });
    client.on("close", () => done(text));
  });
  client.removeAllListeners("readable");
  return { head, client };
}
const dial = (socket: string, target: string, header = target) =>
  say(socket, `CONNECT ${target} HTTP/1.1\r\nHost: ${header}\r\n\r\n`);

test("who asks for a host of the list reaches it, however its name is written; what is said goes both ways", async () => {
  const { socket, reached } = await open();
  const names = ["registry.npmjs.org", "REGISTRY.npmjs.ORG", "registry.npmjs.org.", "a.example.org", "a.b.example.org"];
  for (const name of names) {
    const { head, client } = await dial(socket, `${name}:${port}`);
    expect(head, name).toMatch(/^HTTP\/1\.1 200 /);
    expect(await askThrough(client), name).toBe("served");
  }
  const { client } = await dial(socket, `a.example.org:${port}`, "evil.com:22");
  expect(await askThrough(client), "the Host header leads nowhere").toBe("served");
  expect(reached.lines()[0]).toMatch(
    new RegExp(`^The set-up reached registry.npmjs.org:${port} \\(3 connections, \\d+ kB\\)\\.$`),
  );
});

test("of a hundred ways around the list none gets through", async () => {
  const { socket, told } = await open();
  const names = [
    ..."127.0.0.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 127.1 127.0.0.1. [::1] [::ffff:127.0.0.1] 0 localhost".split(
      " ",
    ),
    ..."evil.com registry.npmjs.org.evil.com evilregistry.npmjs.org.evil.com notregistry.npmjs.org npmjs.org".split(
      " ",
    ),
    ..."example.org evilexample.org .example.org *.example.org xexample.org a.example.org.evil.com org a_b.example.org".split(
      " ",
    ),
    ..."registry.npmjs.org.. registry..npmjs.org -a.example.org registry.npmjs.org@evil.com evil.com@registry.npmjs.org".split(
      " ",
    ),
    ..."registry.npmjs.org%00.evil.com evil.com%23.example.org evil.com%2f.example.org evil.com#.example.org".split(
      " ",
    ),
    ..."evil.com/.example.org evil.com?.example.org evil.com\\.example.org evil.com:443#.example.org".split(" "),
    ..."http://registry.npmjs.org https://registry.npmjs.org //registry.npmjs.org registry.npmjs.org:443".split(" "),
    ..."[registry.npmjs.org] xn--registry-.npmjs.org registry.npmjs.org,evil.com registry.npmjs.org;a.example.org".split(
      " ",
    ),
    ...["\0", "\t", "\x01", "\x7f", "\xa0", "\xad", "\x85", "\u00e9"].flatMap((odd) => [
      `registry.npmjs.org${odd}`,
      `registry.npmjs.org${odd}.evil.com`,
      `evil.com${odd}.example.org`,
      `${odd}registry.npmjs.org`,
    ]),
    `${"a".repeat(64)}.example.org`,
    `${"a.".repeat(130)}example.org`,
    "",
  ];
  const targets = [
    ...names.map((name) => `${name}:${port}`),
    ...["22", "80", "443", "0", "65536", "-1", `${port}0`, `0x${port.toString(16)}`, "", "ssh"].map(
      (at) => `registry.npmjs.org:${at}`,
    ),
    "registry.npmjs.org",
    `evil.com:${port} registry.npmjs.org:${port}`,
  ];
  const raw = [
    ...targets.map((target) => `CONNECT ${target} HTTP/1.1\r\nHost: registry.npmjs.org:${port}\r\n\r\n`),
    `CONNECT evil.com:${port}\r\nHost: registry.npmjs.org:${port}\r\n\r\n`,
    `CONNECT evil.com:${port} HTTP/1.1\r\n CONNECT: registry.npmjs.org:${port}\r\n\r\n`,
    `GET http://registry.npmjs.org:${port}/ HTTP/1.1\r\nHost: registry.npmjs.org:${port}\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: registry.npmjs.org:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    `POST http://evil.com/ HTTP/1.1\r\nHost: registry.npmjs.org:${port}\r\nContent-Length: 0\r\n\r\n`,
    "\x05\x01\x00\x03\x0bexample.org\x01\xbb",
  ];
  expect(raw.length).toBeGreaterThan(90);
  const before = seen.connections;
  for (const bytes of raw) {
    const { head, client } = await say(socket, bytes);
    expect(head, JSON.stringify(bytes)).not.toMatch(/^HTTP\/1\.1 2/);
    client.destroy();
  }
  expect(seen.connections - before).toBe(0);
  // The same bytes with a name of the list do get through.
  const { client } = await dial(socket, `registry.npmjs.org:${port}`);
  expect(await askThrough(client)).toBe("served");
  expect(told.join("\n"), "nobody writes a line of their own into what people read").toMatch(/^[\x20-\x7e\n]*$/);
  expect(told.every((line) => line.startsWith("The set-up asked for "))).toBe(true);
});

test("what was refused is said in words that say what is possible", async () => {
  const { socket, reached, told } = await open({ hosts: ["registry.npmjs.org", ...hosts] });
  const body = async (target: string) => {
    const { client } = await dial(socket, target);
    let text = "";
    for await (const chunk of client) text += String(chunk);
    return text.trim();
  };
  const wants = [
    ["evil.example:443", /asked for evil\.example, which is not among the hosts it may reach; an admin can add it/],
    ["10.0.0.1:443", /asked for the address 10\.0\.0\.1; hosts are reached by their names only/],
    ["registry.npmjs.org:22", /asked for port 22 of registry\.npmjs\.org; only 443 is open/],
  ] as const;
  for (const [target, words] of wants)
    for (let twice = 0; twice < 2; twice++) expect(await body(target)).toMatch(words);
  await say(socket, "GET http://deb.debian.org/x HTTP/1.1\r\nHost: deb.debian.org\r\n\r\n");
  expect(reached.lines()).toHaveLength(4);
  expect(reached.lines().at(-1)).toContain("asked for http://deb.debian.org without TLS; only https goes out");
  expect(told).toEqual(reached.lines());
});

test("a name of the list that leads inside the network is refused; the operator's trust lifts that, but not for metadata", async () => {
  const inside =
    "127.0.0.1 10.1.2.3 192.168.0.1 172.16.0.1 169.254.1.1 100.64.0.1 0.0.0.0 ::1 fd00::1 fe80::1 ::ffff:127.0.0.1".split(
      " ",
    );
  const before = seen.connections;
  for (const address of inside) {
    const { socket, told } = await open({ lookup: leadingTo(address), trustedHosts: [] });
    expect((await dial(socket, `a.example.org:${port}`)).head, address).toMatch(/^HTTP\/1\.1 502 /);
    expect(told[0]).toContain(`ENTOURAGE_TRUSTED_HOSTS=a.example.org:${port}`);
  }
  for (const address of ["169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254"]) {
    const { socket } = await open({ lookup: leadingTo(address) });
    expect((await dial(socket, `a.example.org:${port}`)).head, address).toMatch(/^HTTP\/1\.1 502 /);
  }
  expect(seen.connections - before).toBe(0);
  const asked: string[] = [];
  const { socket } = await open({
    ...{ lookup: leadingTo("127.0.0.1", asked), trustedHosts: [`a.example.org:${port}`] },
  });
  expect(await askThrough((await dial(socket, `A.example.org.:${port}`)).client)).toBe("served");
  expect(asked, "looked up once, by the name that was compared").toEqual(["a.example.org"]);
});

test("its limits of bytes and connections hold, and what is open when it closes ends with it", async () => {
  const small = await open({ limits: { sentBytes: 1_000 } });
  const { client } = await dial(small.socket, `a.example.org:${port}`);
  const cut = once(client, "close");
  client.resume().write(Buffer.alloc(5_000));
  await cut;
  expect(small.reached.lines().at(-1)).toContain("it has sent or received all that one may");
  expect((await dial(small.socket, `a.example.org:${port}`)).head).toMatch(/^HTTP\/1\.1 403 /);

  const narrow = await open({ limits: { connections: 2 } });
  const two = [await dial(narrow.socket, `a.example.org:${port}`), await dial(narrow.socket, `a.example.org:${port}`)];
  expect((await dial(narrow.socket, `a.example.org:${port}`)).head).toBe("");
  const ends = two.map(({ client: each }) => once(each.resume(), "close"));
  await narrow.close();
  await Promise.all(ends);
  await vi.waitFor(() => expect(seen.open).toBe(0), until);
  expect(existsSync(dirname(narrow.socket))).toBe(false);
});

test("what a worker that died left of it is taken away by the next, whose own stays", async () => {
  const id = newId();
  const rules = { hosts, trustedHosts: everybody, lookup: leadingTo("127.0.0.1") };
  const abandoned = await openWayOut(id, rules);
  const next = await openWayOut(id, rules);
  onTestFinished(() => next.close());
  expect(existsSync(abandoned.socket)).toBe(false);
  await abandoned.close();
  expect(await askThrough((await dial(next.socket, `a.example.org:${port}`)).client)).toBe("served");
});
