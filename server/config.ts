import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { problemOfProfileUrl } from "./profile-sign-ins/places.ts";

/** A list in one variable: `a, b, c`. */
const list = z.string().transform((text) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean),
);
const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const webAddress = z.url({ protocol: /^https?$/ });
const secret = { secret: true };

/**
 * Every setting there is. A key becomes an environment variable by `variableName`; the table in
 * `docs/configuration.md` is printed from here.
 */
export const settings = z.object({
  port: integer(1, 65535).default(3000).describe("Port of the one origin: dashboard, MCP, HTTP API, git, realtime."),
  host: z.string().default("localhost").describe("Address to listen on. `0.0.0.0` opens it to the network."),
  publicUrl: webAddress
    .optional()
    .describe(
      "Address people and agents use, when a proxy stands in front. `https` turns on HSTS and Secure `__Host-` cookies.",
    ),
  trustedHops: integer(0, 10)
    .default(0)
    .describe("Reverse proxies in front whose `X-Forwarded-*` headers are believed. 0: none, the headers are dropped."),
  allowedHosts: list
    .default([])
    .describe(
      "Further host names to answer to. Without it: any, or, on loopback or with a public address, only those.",
    ),
  corsOrigins: list.default([]).describe("Origins whose pages may call the API with a key. None by default."),
  profile: z
    .enum(["development", "staging", "production"])
    .default("production")
    .describe(
      "Kind of installation. `development` (set by `npm run dev`): debug logs, small quotas. `staging`: as production, with fixtures for testing allowed. `production`: large quotas.",
    ),
  dataDir: z
    .string()
    .default(".entourage")
    .describe("Folder of the embedded database, bare repositories, secrets and logs."),
  databaseUrl: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .meta(secret)
    .describe("A PostgreSQL 18 server of your own. Without it the embedded one runs."),
  poolSize: integer(2, 200).default(10).describe("Database connections at most, for each process."),
  slowQueryMilliseconds: integer(1, 600_000)
    .default(500)
    .describe("Statements slower than this stand in the log of the embedded database."),
  logLevel: z
    .enum(["trace", "debug", "info", "warn", "error", "silent"])
    .default("info")
    .describe("The least important message that is logged. In `development`: `debug`."),
  auth: z.enum(["on", "off"]).default("on").describe("`off`: one local user without sign-in. Works on loopback only."),
  signUp: z
    .enum(["invited", "open"])
    .default("invited")
    .describe("Who may sign up after the first person, who owns the first organization. `open`: anybody."),
  githubId: z.string().optional().describe("Sign-in with GitHub: client id of the OAuth app."),
  githubSecret: z.string().optional().meta(secret).describe("Its client secret."),
  githubBaseUrl: webAddress.optional().describe("Address of a GitHub Enterprise server, for sign-in and GitHub Apps."),
  oidcIssuer: webAddress.optional().describe("Sign-in with OpenID Connect: address of the issuer."),
  oidcId: z.string().optional().describe("Client id at the issuer."),
  oidcSecret: z.string().optional().meta(secret).describe("Client secret at the issuer."),
  profileUrls: list
    .default(["github=https://api.github.com/users/{user}", "github=https://api.github.com/users/{user}/gists"])
    .describe(
      "Where public profiles are, for signing in without a password: `NAME=https://HOST/PATH/{user}`, a name more than once for several places. Without it `github`: profile and gists, by its API. `off`: nowhere.",
    ),
  profileTrustedHosts: list
    .default([])
    .describe("Hosts of profiles (`HOST:PORT`) that may be inside the network and without TLS. None by default."),
  pusherUrl: webAddress
    .optional()
    .meta(secret)
    .describe("A Pusher-compatible host instead of the embedded one: `https://KEY:SECRET@HOST/apps/ID`."),
  realtimeWebhookUrl: webAddress
    .optional()
    .describe("Where the embedded realtime server reports what happens on channels, signed as Pusher's webhooks are."),
  realtimeRedis: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .meta(secret)
    .describe(
      "Redis through which the realtime servers of several workers share. Without it they do through PostgreSQL.",
    ),
  workerPort: integer(0, 65535)
    .default(0)
    .describe("Loopback port of the worker (realtime, terminals). 0: a free one, chosen by `npm start`."),
  repoRoots: list
    .default([])
    .describe("Folders under which an owner may register local repositories. None: local paths are refused."),
  trustedHosts: list
    .default(["localhost:11434", "127.0.0.1:11434"])
    .describe(
      "Hosts inside the network where model endpoints and tools may be, and which set-ups may reach. By default a local Ollama. Others must be on the public internet.",
    ),
  sandbox: z
    .enum(["auto", "bubblewrap", "docker", "process"])
    .default("auto")
    .describe(
      "Where gates and agents run. `auto`: bubblewrap where it works. `docker`: containers of an engine. `process`: no isolation, development only.",
    ),
  dockerHost: z
    .string()
    .regex(/^(unix:\/\/\/\S+|(tcp|https?):\/\/[^\s/]+)$/, "expected unix:///PATH, tcp://HOST:PORT or https://HOST:PORT")
    .default("unix:///var/run/docker.sock")
    .describe(
      "Of the sandbox `docker`: where the engine's API is (podman's service too). The engine sees the same folders as the server.",
    ),
  dockerImage: z
    .string()
    .min(1)
    .default("entourage-sandbox")
    .describe(
      "Of the sandbox `docker`: the image agents and gates run in, built from `deploy/sandbox.Dockerfile` or any with a shell, git and glibc.",
    ),
  turnsPerWorker: integer(1, 10_000).default(32).describe("Agent turns that one worker runs at once."),
  leaseSeconds: integer(2, 3600)
    .default(15)
    .describe("Life of a lease of an agent that we start or that is scripted; its driver renews it."),
  externalLeaseSeconds: integer(30, 86_400)
    .default(1800)
    .describe("Life of a lease of an external agent; any call of it renews it."),
  sessionIdleMinutes: integer(0, 10_080)
    .default(30)
    .describe(
      "A session in which nothing is said for so long is stopped with its sandbox; what is said next takes it up. 0: never.",
    ),
  gateTimeoutSeconds: integer(1, 86_400).default(900).describe("A gate that runs longer has failed."),
  gateOutputKilobytes: integer(1, 102_400).default(1024).describe("Output of a gate beyond this is cut."),
  bodyLimitKilobytes: integer(16, 102_400)
    .default(1024)
    .describe("Largest request body except for git; a larger one gets 413."),
  uploadLimitKilobytes: integer(16, 10_485_760)
    .default(102_400)
    .describe("Largest file that is uploaded into a workspace."),
  previewHost: z
    .string()
    .regex(/^[a-z0-9.-]+(:\d+)?$/)
    .optional()
    .describe(
      "Domain whose every subdomain leads here, for previews of what agents run: another one than the dashboard's. Without it `*.localhost`.",
    ),
  embeddingsUrl: webAddress
    .optional()
    .describe(
      "OpenAI-compatible address that makes vectors of texts (`https://host/v1`). Without it a small local model does.",
    ),
  embeddingsModel: z.string().default("text-embedding-3-small").describe("The model at that address."),
  embeddingsKey: z.string().optional().meta(secret).describe("The key for that address."),
  imageUrl: webAddress.optional().describe("Address of a ComfyUI server, for the tool generate_image."),
  imageModel: z.string().default("sd_xl_base_1.0.safetensors").describe("The checkpoint it draws with."),
  mcpStdio: z
    .enum(["off", "on"])
    .default("off")
    .describe("`on`: owners may attach MCP servers that are programs on this machine; they run as the server's user."),
  mcpConformance: z
    .enum(["0", "1"])
    .default("0")
    .describe(
      "`1`: `/mcp` also offers the fixtures of the protocol's conformance suite (`npm run conformance`). Refused in production.",
    ),
  webhookLimitKilobytes: integer(16, 25_600)
    .default(5120)
    .describe("Largest webhook delivery; GitHub sends up to 25 MB, which is rare. A larger one gets 413."),
  rateWebhook: integer(1, 1_000_000)
    .default(6000)
    .describe("Signed webhook deliveries per minute to one endpoint. They count apart from other requests."),
  ratePerActor: integer(1, 1_000_000).default(600).describe("Requests per minute for one person or key."),
  ratePerAddress: integer(1, 1_000_000)
    .default(60)
    .describe("Requests per minute from one address without a session or key."),
  channelRate: integer(1, 1000)
    .default(5)
    .describe("Messages per second that one person or agent may publish on channels."),
  metricsToken: z
    .string()
    .min(16)
    .optional()
    .meta(secret)
    .describe(
      "Whoever brings it as a bearer token may read `/metrics`. Without it only this machine may, and nobody through a proxy.",
    ),
  rateSignIn: integer(1, 1_000_000)
    .default(10)
    .describe("Attempts to sign in per minute, for one address and for one account."),
  memoryLimitMegabytes: integer(128, 1_048_576).default(2048).describe("`/healthz` fails when a process holds more."),
  stallLimitMilliseconds: integer(50, 600_000)
    .default(2000)
    .describe("`/healthz` fails when the event loop stood still for longer within the last ten seconds."),
  drainSeconds: integer(0, 600)
    .default(5)
    .describe(
      "How long a stopping process lets open requests and turns of sessions finish; what is left of a turn another worker goes on with.",
    ),
});

export type Settings = z.infer<typeof settings>;
/** Settings with what follows from them: an absolute data folder and the address to print. */
export type Config = Settings & { publicUrl: string };

/** `port` → `PORT`, `databaseUrl` → `DATABASE_URL`, `leaseSeconds` → `ENTOURAGE_LEASE_SECONDS`. */
export function variableName(key: string): string {
  const name = key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  return key === "port" || key === "databaseUrl" ? name : `ENTOURAGE_${name}`;
}

/** Reads settings from an environment. Throws one error that names each wrong setting, its value and what is possible. */
export function parseConfig(environment: Record<string, string | undefined>): Config {
  const given: Record<string, string> = {};
  for (const key of Object.keys(settings.shape)) {
    const value = environment[variableName(key)]?.trim();
    if (value) given[key] = value;
  }
  const parsed = settings.safeParse(given);
  const problems = parsed.success
    ? contradictions(parsed.data)
    : parsed.error.issues.map((issue) => describe(issue, given));
  if (!parsed.success || problems.length > 0) {
    throw new Error(
      `The configuration is wrong:\n${problems.map((line) => `  ${line}`).join("\n")}\nAll settings: docs/configuration.md`,
    );
  }
  const { data } = parsed;
  const publicUrl = (data.publicUrl ?? `http://localhost:${data.port}`).replace(/\/+$/, "");
  const logLevel = given.logLevel === undefined && data.profile === "development" ? "debug" : data.logLevel;
  return { ...data, logLevel, publicUrl, dataDir: resolve(data.dataDir) };
}

function describe(issue: z.core.$ZodIssue, given: Record<string, string>): string {
  const key = String(issue.path[0]);
  const field = Object.entries(settings.shape).find(([name]) => name === key)?.[1];
  const shown = field && isSecret(field) ? "(hidden)" : `"${given[key]}"`;
  return `${variableName(key)}=${shown}: ${issue.message}`;
}

/** True for settings whose value must never be printed. */
export function isSecret(field: z.ZodType): boolean {
  return field.meta()?.secret === true;
}

function contradictions(data: Settings): string[] {
  const problems: string[] = [];
  if (data.auth === "off" && !["localhost", "127.0.0.1", "::1"].includes(data.host)) {
    problems.push(
      `ENTOURAGE_AUTH=off works on loopback only, but ENTOURAGE_HOST="${data.host}". Remove one of the two.`,
    );
  }
  for (const group of [
    ["githubId", "githubSecret"],
    ["oidcIssuer", "oidcId", "oidcSecret"],
  ] as const) {
    const missing = group.filter((key) => data[key] === undefined);
    if (missing.length === 0 || missing.length === group.length) continue;
    problems.push(
      `${group.map(variableName).join(", ")} belong together; missing: ${missing.map(variableName).join(", ")}.`,
    );
  }
  if (data.mcpConformance === "1" && data.profile === "production") {
    problems.push(
      "ENTOURAGE_MCP_CONFORMANCE=1 opens tools for testing, which production refuses. Remove it, or set ENTOURAGE_PROFILE=staging.",
    );
  }
  if (data.pusherUrl && !/^https?:\/\/[^:]+:[^@]+@[^/]+\/apps\/\d+$/.test(data.pusherUrl)) {
    problems.push("ENTOURAGE_PUSHER_URL=(hidden): expected https://KEY:SECRET@HOST/apps/ID with a numeric ID.");
  }
  for (const text of data.profileUrls) {
    const problem = text === "off" ? undefined : problemOfProfileUrl(text, data.profileTrustedHosts);
    if (problem) problems.push(`ENTOURAGE_PROFILE_URLS: "${text}" ${problem}`);
  }
  for (const origin of data.corsOrigins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      problems.push(
        `ENTOURAGE_CORS_ORIGINS: "${origin}" is not an origin such as https://example.com (no path, no *).`,
      );
    }
  }
  return problems;
}

/** Names that look like ours but are none: probably misspelt, so `npm start` says so instead of ignoring them. */
export function unknownNames(environment: Record<string, string | undefined>): string[] {
  const known = Object.keys(settings.shape).map(variableName);
  return Object.keys(environment).filter((name) => name.startsWith("ENTOURAGE_") && !known.includes(name));
}

declare global {
  // Next bundles route modules apart from the process that serves them; globalThis is what the two share.
  var entourageConfig: Config | undefined;
}

/** The settings of this process, read once from `.env` and the environment (which wins). */
export function config(): Config {
  if (!globalThis.entourageConfig) {
    if (existsSync(".env")) process.loadEnvFile(".env");
    globalThis.entourageConfig = parseConfig(process.env);
  }
  return globalThis.entourageConfig;
}
