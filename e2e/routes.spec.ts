import { globSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";

// What answers without a session. Whatever else is ever added to the folder is refused, or this walk fails.
const open = new Set([
  "/sign-in",
  "/sign-up",
  "/invite/[token]",
  // Ways in: each wants a secret of its own, and is refused without it (server/tokens, server/auth, server/github-apps).
  "/reset/[token]",
  "/api/auth/login",
  "/api/auth/refresh",
  "/api/auth/reset",
  "/api/auth/init",
  "/api/auth/verify",
  "/api/auth/device",
  "/api/auth/device/token",
  "/webhooks/github-app/callback",
  "/api/auth/[...nextauth]",
  "/api/auth/register",
  "/api/openapi.json",
  "/.well-known/oauth-protected-resource/[[...path]]",
]);
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const anything: Record<string, string> = {
  operation: "get_org",
  trpc: "organizations.get",
  number: "1",
};

const app = join(import.meta.dirname, "..", "app");
const routes = globSync(["**/{page.tsx,route.ts}", ".*/**/route.ts"], { cwd: app }).map((file) => ({
  isPage: file.endsWith("page.tsx"),
  route: `/${file
    .split("/")
    .slice(0, -1)
    .filter((part) => !part.startsWith("("))
    .join("/")}`,
}));

test.describe("without a session", () => {
  // Each takes a moment: to hand them out one by one would take longer.
  test.describe.configure({ mode: "default" });

  test("every route of the folder is looked at", () => {
    expect(routes.length).toBeGreaterThan(25);
    for (const route of open) expect(routes.map((one) => one.route)).toContain(route);
  });

  for (const { route, isPage } of routes.filter((one) => !open.has(one.route))) {
    test(`${route} shows nothing and does nothing`, async ({ request }) => {
      const path = route.replace(/\[+(?:\.\.\.)?(\w+)\]+/g, (_, name: string) => anything[name] ?? "anything");
      // What Next's own client asks for is answered by the same page, and must be refused as well.
      const forms: [string, Record<string, string>][] = [
        [path, {}],
        [`${path}?_rsc`, { rsc: "1" }],
      ];
      for (const method of isPage ? ["GET"] : methods)
        for (const [address, headers] of forms) {
          const data = method === "GET" ? undefined : {};
          const answer = await request.fetch(address, { method, headers, maxRedirects: 0, ...(data && { data }) });
          const said = await answer.text();
          // To Next's own client a redirect is said in the body.
          const goesToSignIn =
            answer.headers().location?.startsWith("/sign-in") || /NEXT_REDIRECT;replace;\/sign-in[;?]/.test(said);
          // A method that a route does not have is refused before anybody is asked for.
          const isRefused = goesToSignIn || [401, 405].includes(answer.status());
          expect(isRefused, `${method} ${address} → ${answer.status()}: ${said}`).toBe(true);
        }
    });
  }
});
