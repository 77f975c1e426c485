import { expect, test } from "vitest";
import { updateRepoInput } from "./schema.ts";
import { setupHostsAsKept } from "./setup-hosts.ts";

const parse = (setupHosts: string[]) => {
  const parsed = updateRepoInput.safeParse({ repoId: "0190a000-0000-7000-8000-000000000000", setupHosts });
  return parsed.success ? setupHostsAsKept(parsed.data.setupHosts ?? []) : parsed.error.issues[0]?.message;
};

test("hosts are kept as they are compared, each once", () => {
  const given = [" Registry.NPMJS.org ", "registry.npmjs.org.:443", "*.Example.org", "packages.example.org:8443"];
  expect(parse(given)).toEqual(["registry.npmjs.org", "*.example.org", "packages.example.org:8443"]);
  expect(parse(["bücher.example", "*.Bücher.example"])).toEqual(["xn--bcher-kva.example", "*.xn--bcher-kva.example"]);
  expect(parse([])).toEqual([]);
});

test("what is no name of a host is refused in words that say what is possible", () => {
  const address = /is an address\. A set-up reaches hosts by their names only/;
  for (const one of ["127.0.0.1", "2130706433", "0x7f000001", "127.1", "[::1]", "::1", "fe80::1", "10.0.0.1:443"])
    expect(parse([one]), one).toMatch(address);
  for (const one of ["*.10.0.0.1", "１２７.0.0.1", "127。0。0。1"])
    expect(parse([one]), one).toMatch(/is (an address|not the name)/);
  const star = /a \* stands at the beginning alone/;
  for (const one of ["a.*.org", "*", "*.", "re*.org", "*.*.org", "**.org"]) expect(parse([one]), one).toMatch(star);
  expect(parse(["*.com"])).toMatch(/name at least two parts/);
  for (const one of ["https://registry.npmjs.org", "a.org/x", "a@b.org", "a.org#b.org", "a\\b"])
    expect(parse([one]), one).toMatch(/is more than a name\. Write the host alone/);
  for (const one of ["a.org:22", "a.org:80", "a.org:0", "a.org:70000"])
    expect(parse([one]), one).toMatch(/at port 443/);
  for (const one of ["", "a b.org", "a..org", "-a.org", "a_b.org", "a.org\0.b.org", "a.org:ssh", "a.org%00", "a,b"])
    expect(parse([one]), one).toMatch(/is not the name of a host/);
  expect(parse(Array.from({ length: 51 }, (_, n) => `h${n}.org`))).toMatch(/at most 50 hosts/);
});
