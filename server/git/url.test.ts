import { describe, expect, test } from "vitest";
import { guardCloneUrl, isPublicAddress } from "./url.ts";

/** A resolver that knows a public host and one that mixes in an inner address. */
const resolve = async (host: string): Promise<string[]> => {
  if (host === "git.example.com") return ["140.82.121.4", "2606:50c0:8000::153"];
  if (host === "rebind.example.com") return ["140.82.121.4", "10.0.0.5"];
  if (host === "inner.example.com") return ["10.1.2.3"];
  if (host === "metadata.example.com") return ["169.254.169.254"];
  if (host === "localhost" || host.endsWith(".localhost")) return ["127.0.0.1", "::1"];
  throw new Error("ENOTFOUND");
};

describe("clone URLs that are refused before any connection", () => {
  test.each([
    // Inner addresses in every spelling.
    "https://127.0.0.1/a.git",
    "https://localhost/a.git",
    "https://LOCALHOST./a.git",
    "https://app.localhost/a.git",
    "https://127.1/a.git",
    "https://2130706433/a.git",
    "https://0x7f000001/a.git",
    "https://0177.0.0.1/a.git",
    "https://127.0.0.1./a.git",
    "https://%31%32%37.0.0.1/a.git",
    "https://127。0。0。1/a.git",
    "https://0/a.git",
    "https://10.0.0.1/a.git",
    "https://172.16.5.4/a.git",
    "https://192.168.1.1/a.git",
    "https://100.64.0.1/a.git",
    "https://169.254.169.254/latest/meta-data.git",
    "https://198.18.0.1/a.git",
    "https://224.0.0.1/a.git",
    "https://255.255.255.255/a.git",
    "https://[::1]/a.git",
    "https://[::]/a.git",
    "https://[fe80::1]/a.git",
    "https://[fd00:ec2::254]/a.git",
    "https://[::ffff:127.0.0.1]/a.git",
    "https://[::ffff:7f00:1]/a.git",
    "https://[::127.0.0.1]/a.git",
    "https://[64:ff9b::7f00:1]/a.git",
    "https://[64:ff9b:1::a00:1]/a.git",
    "https://[2002:7f00:1::]/a.git",
    "https://[2001:0:53aa:64c::1]/a.git",
    "https://[2001:db8::1]/a.git",
    "https://[fec0::1]/a.git",
    // Names that lead inside.
    "https://inner.example.com/a.git",
    "https://rebind.example.com/a.git",
    "https://metadata.example.com/a.git",
    "https://unknown.example.com/a.git",
    "ssh://git@0x7f000001/a.git",
    "ssh://git@127.0.0.1/a.git",
    "ssh://git@[::1]/a.git",
    "git@inner.example.com:owner/a.git",
    // Protocols.
    "http://git.example.com/a.git",
    "git://git.example.com/a.git",
    "file:///etc/passwd",
    "ext::sh -c touch% /tmp/x",
    "gopher://git.example.com/a.git",
    "fd::17/a",
    "../a.git",
    "--upload-pack=touch /tmp/x",
    "-h",
    "",
    // Credentials, ports, and characters that another parser could read otherwise.
    "https://user:secret@git.example.com/a.git",
    "https://token@git.example.com/a.git",
    "https://git.example.com@127.0.0.1/a.git",
    "ssh://git:secret@git.example.com/a.git",
    "ssh://-oProxyCommand=x@git.example.com/a.git",
    "ssh://-oProxyCommand=x/a.git",
    "https://git.example.com:22/a.git",
    "https://git.example.com:5432/a.git",
    "https://git.example.com\\@127.0.0.1/a.git",
    "https://git.example.com/a.git\nhost: x",
    "https://git.example.com\0.evil.example/a.git",
    "https://git.example.com/a.git?x=1",
    "https://git.example.com/a.git#x",
    "https://git.example.com/",
    `https://git.example.com/${"a".repeat(3000)}`,
  ])("%j", async (url) => {
    await expect(guardCloneUrl(url, { resolve })).rejects.toMatchObject({ name: "AppError", code: "invalid" });
  });
});

describe("clone URLs that are taken, with the addresses to use", () => {
  test.each([
    ["https://git.example.com/owner/app.git", "https://git.example.com:443/owner/app.git"],
    ["https://GIT.example.com:443/owner/app", "https://git.example.com:443/owner/app"],
    ["ssh://git@git.example.com/owner/app.git", "ssh://git@git.example.com:22/owner/app.git"],
    ["git@git.example.com:owner/app.git", "ssh://git@git.example.com:22/owner/app.git"],
    ["https://140.82.121.4/owner/app.git", "https://140.82.121.4:443/owner/app.git"],
    ["https://[2606:50c0:8000::153]/owner/app.git", "https://[2606:50c0:8000::153]:443/owner/app.git"],
  ])("%s", async (text, url) => {
    const guarded = await guardCloneUrl(text, { resolve });
    expect(guarded.url).toBe(url);
    expect(guarded.addresses.length).toBeGreaterThan(0);
    expect(guarded.addresses.every(isPublicAddress)).toBe(true);
  });
});

describe("hosts an owner trusts", () => {
  test("may be inside the network and on other ports", async () => {
    const rules = { resolve, trustedHosts: ["inner.example.com:8443"] };
    const guarded = await guardCloneUrl("https://inner.example.com:8443/a.git", rules);
    expect(guarded.addresses).toEqual(["10.1.2.3"]);
    await expect(guardCloneUrl("https://inner.example.com/a.git", rules)).rejects.toThrow();
  });

  test("never reach the metadata service", async () => {
    const rules = { resolve, trustedHosts: ["metadata.example.com", "169.254.169.254"] };
    await expect(guardCloneUrl("https://metadata.example.com/a.git", rules)).rejects.toThrow();
    await expect(guardCloneUrl("https://169.254.169.254/a.git", rules)).rejects.toThrow();
  });
});
