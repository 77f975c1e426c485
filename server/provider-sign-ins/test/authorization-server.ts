import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

interface Device {
  userCode: string;
  state: "pending" | "approved" | "denied" | "used";
  intervalSeconds: number;
  notBefore: number;
  endsAt: number;
}

interface Family {
  live: string;
  spent: Set<string>;
  isRevoked: boolean;
}

const clientId = "entourage-test";

/**
 * An authorization server as RFC 8628 and RFC 6749 have it, on a loopback port, that takes nothing amiss: who polls too soon
 * is slowed down for good, a code is good for one grant, refresh tokens rotate, and one that comes twice ends its family
 * (RFC 9700, 4.14). Its clock can be put forward.
 */
export async function openAuthorizationServer({ intervalSeconds = 5, tokenSeconds = 3_600 } = {}) {
  const devices = new Map<string, Device>();
  const families: Family[] = [];
  const asked = { device: 0, token: 0, refresh: 0 };
  const faults: string[] = [];
  let skewMs = 0;
  let held: Promise<void> | undefined;
  let isDown = false;
  const now = () => Date.now() + skewMs;
  const random = (name: string) => `${name}-${randomBytes(12).toString("hex")}`;

  const answer = (response: ServerResponse, status: number, body: object) => {
    response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(JSON.stringify(body));
  };
  const refuse = (response: ServerResponse, error: string, words?: string) =>
    answer(response, error === "invalid_client" ? 401 : 400, {
      error,
      ...(words ? { error_description: words } : {}),
    });

  function give(response: ServerResponse, family: Family): void {
    if (family.live) family.spent.add(family.live);
    family.live = random("refresh");
    answer(response, 200, {
      ...{ access_token: random("access"), token_type: "Bearer", expires_in: tokenSeconds },
      refresh_token: family.live,
    });
  }

  function authorize(form: URLSearchParams, response: ServerResponse, base: string): void {
    asked.device++;
    const code = random("device");
    const userCode = `ABCD-${1_000 + devices.size}`;
    devices.set(code, {
      ...{ userCode, state: "pending", intervalSeconds, notBefore: now() + intervalSeconds * 1_000 },
      endsAt: now() + 600_000,
    });
    answer(response, 200, {
      ...{ device_code: code, user_code: userCode, expires_in: 600, interval: intervalSeconds },
      ...{ verification_uri: `${base}/device`, verification_uri_complete: `${base}/device?user_code=${userCode}` },
      scope: form.get("scope"),
    });
  }

  function poll(code: string, response: ServerResponse): void {
    asked.token++;
    const device = devices.get(code);
    if (!device || device.state === "used") return refuse(response, "invalid_grant", "The code is not known.");
    if (now() >= device.endsAt) return refuse(response, "expired_token");
    if (now() < device.notBefore) {
      faults.push(`polled ${device.notBefore - now()} ms too soon`);
      device.intervalSeconds += 5;
      device.notBefore = now() + device.intervalSeconds * 1_000;
      return refuse(response, "slow_down");
    }
    device.notBefore = now() + device.intervalSeconds * 1_000;
    if (device.state === "pending") return refuse(response, "authorization_pending");
    if (device.state === "denied") return refuse(response, "access_denied");
    device.state = "used";
    const family: Family = { live: "", spent: new Set(), isRevoked: false };
    families.push(family);
    give(response, family);
  }

  function renew(token: string, response: ServerResponse): void {
    asked.refresh++;
    const reused = families.find(({ spent }) => spent.has(token));
    if (reused) reused.isRevoked = true;
    const family = families.find(({ live, isRevoked }) => live === token && !isRevoked);
    if (!family) return refuse(response, "invalid_grant", "The refresh token was used or revoked.");
    give(response, family);
  }

  const server = createServer((request, response) => {
    void (async () => {
      if (isDown) return void response.destroy();
      const form = await formOf(request);
      const isForm = request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
      if (request.method !== "POST" || !isForm) return refuse(response, "invalid_request", "Send a form.");
      if (form.get("client_id") !== clientId) return refuse(response, "invalid_client");
      if (request.url === "/device_authorization") return authorize(form, response, base);
      if (request.url !== "/token") return answer(response, 404, {});
      await held;
      const grant = form.get("grant_type");
      if (grant === "urn:ietf:params:oauth:grant-type:device_code")
        return poll(form.get("device_code") ?? "", response);
      if (grant === "refresh_token") return renew(form.get("refresh_token") ?? "", response);
      refuse(response, "unsupported_grant_type");
    })();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const base = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  const decide = (userCode: string, state: Device["state"]) => {
    for (const device of devices.values()) if (device.userCode === userCode) device.state = state;
  };
  return {
    base,
    asked,
    /** What a client did that the rules do not allow. */
    faults,
    /** How a provider is set up with it. */
    offered: { deviceUrl: `${base}/device_authorization`, tokenUrl: `${base}/token`, clientId },
    approve: (userCode: string) => decide(userCode, "approved"),
    deny: (userCode: string) => decide(userCode, "denied"),
    putForward: (seconds: number) => {
      skewMs += seconds * 1_000;
    },
    /** The next poll is too soon, whoever makes it. */
    beSlow: () => {
      for (const device of devices.values()) device.notBefore = now() + 3_000;
    },
    /** Keeps requests for tokens waiting. @returns what lets them go on. */
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return () => {
        held = undefined;
        resolve();
      };
    },
    goDown: (down: boolean) => {
      isDown = down;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let text = "";
  for await (const piece of request) text += String(piece);
  return new URLSearchParams(text);
}
