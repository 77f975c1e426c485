import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import { flag, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { z } from "zod";
import { type Cli, defineCommand } from "../command.ts";
import { ask, call, send } from "../connection.ts";
import { loginByDevice } from "../device-login.ts";
import { CliFailure, exits } from "../failure.ts";
import { plain } from "../output.ts";
import { type Profile, settingsPath, writeSettings } from "../settings.ts";
import { askSecret, readAll } from "../stdin.ts";

const identity = z.looseObject({ name: z.string(), role: z.string() });
const placing = z.object({
  signature: z.string(),
  ticket: z.string(),
  places: z.array(z.string()),
  expiresAt: z.string(),
});
const verified = z.object({ accessToken: z.string() });

export const login = defineCommand(
  "login",
  {
    brief: "Log in, and keep what lets you in for the current profile.",
    description: message`Without options a code is shown, which you approve in a browser. With --user you place a signature in a public profile of that name, and then run verify.`,
  },
  object({
    withToken: withDefault(
      flag("--with-token", {
        description: message`Take an API key from standard input instead; on a terminal it is asked for.`,
      }),
      false,
    ),
    user: optional(
      option("--user", string({ metavar: "NAME" }), {
        description: message`Log in by the public profile of this name.`,
      }),
    ),
    provider: withDefault(
      option("--provider", string({ metavar: "NAME" }), {
        description: message`Where that profile is; github by default.`,
      }),
      "github",
    ),
    org: optional(
      option("--org", string({ metavar: "SLUG" }), {
        description: message`With --user: the organization you are in already. Without it the link of an invitation is read from standard input.`,
      }),
    ),
  }),
  async ({ withToken, user, provider, org }, cli) => {
    if (user !== undefined) return beginByProfile(cli, { user, provider, org });
    const token = withToken ? await readSecret(`API key for ${cli.connection.server}: `) : await loginByDevice(cli);
    await welcome(cli, token);
  },
);

export const verify = defineCommand(
  "verify",
  { brief: "Go on with a login by public profile, once the signature stands there." },
  object({}),
  async (_nothing, cli) => {
    const { pending } = cli.profile ?? {};
    if (!pending || cli.profile?.server !== cli.connection.server)
      throw new CliFailure(exits.usage, "No login by profile was begun here. Run `entourage login --user NAME` first.");
    const { accessToken } = await ask(cli.connection, "/api/auth/verify", { ticket: pending.ticket }, verified);
    await welcome(cli, accessToken);
  },
);

export const logout = defineCommand(
  "logout",
  { brief: "Forget what lets the current profile in; a token of `login` ends everywhere." },
  object({}),
  async (_nothing, cli) => {
    const { profileName, profile, output } = cli;
    const token = profile?.token;
    const isEnded = token !== undefined && token.includes(".") && (await endAtServer(cli, token));
    if (profile) {
      const { token: _forgotten, pending: _too, ...rest } = profile;
      keep(cli, rest);
    }
    const told = isEnded ? "Its token has ended." : "The key stays valid until it is revoked.";
    output.data({ profile: profileName, loggedIn: false }, () =>
      token ? `Logged out: nothing is kept in ${settingsPath()} any more. ${told}` : "You were not logged in.",
    );
  },
);

export const whoami = defineCommand(
  "whoami",
  { brief: "Show as whom you act, and where." },
  object({}),
  async (_nothing, { connection, profileName, output }) => {
    const who = await call(connection, "ping", {}, identity);
    output.data(
      { server: connection.server, profile: profileName, ...who },
      () => `${plain(who.name)} (${who.role}) at ${connection.server}, profile ${profileName}`,
    );
  },
);

async function beginByProfile(
  cli: Cli,
  { user, provider, org }: { user: string; provider: string; org: string | undefined },
): Promise<void> {
  const way = org === undefined ? { invitation: await readSecret("Link of your invitation: ") } : { org };
  const answer = await ask(cli.connection, "/api/auth/init", { user, provider, ...way }, placing);
  const { ticket, ...shown } = answer;
  keep(cli, { ...ownProfile(cli), pending: { ticket, expiresAt: shown.expiresAt } });
  cli.output.data(shown, () => shown.signature);
  cli.output.talk(
    `Place this in your public profile within ten minutes (on GitHub the bio, or the description of a gist), then run \`entourage verify\`. It is looked for at:\n${shown.places.map(plain).join("\n")}`,
  );
}

/** Tries what lets one in, keeps it, and says as whom. */
async function welcome(cli: Cli, token: string): Promise<void> {
  const who = await call({ ...cli.connection, token }, "ping", {}, identity);
  const { pending: _done, ...own } = ownProfile(cli);
  keep(cli, { ...own, token });
  cli.output.data(
    { server: cli.connection.server, profile: cli.profileName, ...who },
    () => `Logged in at ${cli.connection.server} as ${plain(who.name)} (${who.role}).`,
  );
}

async function endAtServer({ connection }: Cli, token: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const request = { method: "POST", headers, body: "{}" };
  return (await send(`${connection.server}/api/auth/revoke`, request, connection))?.ok ?? false;
}

async function readSecret(question: string): Promise<string> {
  return (process.stdin.isTTY ? await askSecret(question) : await readAll()).trim();
}

/** The profile as it is, or a new one where it was of another server. */
const ownProfile = ({ profile, connection }: Cli): Profile =>
  profile?.server === connection.server ? profile : { server: connection.server };

function keep({ settings, profileName }: Cli, profile: Profile): void {
  writeSettings({ current: profileName, profiles: { ...settings.profiles, [profileName]: profile } });
}
