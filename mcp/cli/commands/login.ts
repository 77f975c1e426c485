import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { withDefault } from "@optique/core/modifiers";
import { flag } from "@optique/core/primitives";
import { z } from "zod";
import { type Cli, defineCommand } from "../command.ts";
import { call } from "../connection.ts";
import { plain } from "../output.ts";
import { settingsPath, writeSettings } from "../settings.ts";
import { askSecret, readAll } from "../stdin.ts";

const identity = z.looseObject({ name: z.string(), role: z.string() });

export const login = defineCommand(
  "login",
  { brief: "Keep a key for a server in the current profile." },
  object({
    withToken: withDefault(flag("--with-token", { description: message`Read the key from standard input.` }), false),
  }),
  async ({ withToken }, cli) => {
    const given = withToken ? await readAll() : await askSecret(`API key for ${cli.connection.server}: `);
    const token = given.trim();
    const who = await call({ ...cli.connection, token }, "ping", {}, identity);
    keep(cli, token);
    cli.output.data(
      { server: cli.connection.server, profile: cli.profileName, ...who },
      () => `Logged in at ${cli.connection.server} as ${plain(who.name)} (${who.role}).`,
    );
  },
);

export const logout = defineCommand(
  "logout",
  { brief: "Forget the key of the current profile." },
  object({}),
  async (_nothing, { settings, profileName, profile, output }) => {
    if (profile?.token) {
      const { token: _forgotten, ...rest } = profile;
      writeSettings({ ...settings, profiles: { ...settings.profiles, [profileName]: rest } });
    }
    output.data({ profile: profileName, loggedIn: false }, () =>
      profile?.token
        ? `The key is no longer in ${settingsPath()}. It stays valid until it is revoked.`
        : "There was no key.",
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

function keep({ settings, profileName, profile, connection }: Cli, token: string): void {
  const isSameServer = profile?.server === connection.server;
  const kept = { ...(isSameServer ? profile : {}), server: connection.server, token };
  writeSettings({ current: profileName, profiles: { ...settings.profiles, [profileName]: kept } });
}
