import { object, or } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map } from "@optique/core/modifiers";
import { argument, command, constant } from "@optique/core/primitives";
import { choice, string } from "@optique/core/valueparser";
import { defineCommand } from "../command.ts";
import { connectionFor } from "../connection.ts";
import { CliFailure, exits } from "../failure.ts";
import { columns } from "../output.ts";
import { DEFAULT_SERVER, type Profile, settingsPath, writeSettings } from "../settings.ts";

const names = ["server", "organization", "team"] as const;
const name = argument(choice(names, { metavar: "NAME" }), { description: message`server, organization or team.` });

const verbs = or(
  command("list", object({ verb: constant("list") }), { brief: message`Show the profiles; secrets are not shown.` }),
  command("path", object({ verb: constant("path") }), { brief: message`Show where the settings are.` }),
  command("get", object({ verb: constant("get"), name }), { brief: message`Show one setting of the profile.` }),
  command(
    "set",
    object({
      verb: constant("set"),
      name,
      value: argument(string({ metavar: "VALUE" }), { description: message`What it becomes.` }),
    }),
    {
      brief: message`Change one setting of the profile.`,
    },
  ),
  command(
    "use",
    object({
      verb: constant("use"),
      profile: argument(string({ metavar: "PROFILE" }), { description: message`Its name, as list shows.` }),
    }),
    {
      brief: message`Make a profile the current one.`,
    },
  ),
);

export const config = defineCommand(
  "config",
  { brief: "Show and change the settings: server, organization, team, profiles." },
  map(verbs, (taken) => taken),
  async (taken, { settings, profileName, profile, output, signal }) => {
    switch (taken.verb) {
      case "path":
        return output.data({ path: settingsPath() }, settingsPath);
      case "list": {
        const listed = Object.entries(settings.profiles).map(([each, { token, ...rest }]) => ({
          profile: each,
          current: each === settings.current,
          loggedIn: Boolean(token),
          ...rest,
        }));
        for (const each of listed)
          output.data(each, () =>
            columns([[each.current ? "*" : " ", each.profile, each.server, each.loggedIn ? "logged in" : ""]]),
          );
        if (listed.length === 0) output.talk("There is no profile yet. `entourage login` makes one.");
        return;
      }
      case "get": {
        const value = profile?.[taken.name] ?? null;
        return output.data({ [taken.name]: value }, () => value ?? "");
      }
      case "set": {
        const { name: changed, value } = taken;
        // Whatever else it says, an address is checked as one.
        const server =
          changed === "server" ? connectionFor(undefined, { server: value, env: {}, signal }).server : undefined;
        const moved: Profile =
          server && server !== profile?.server
            ? { server } // A key belongs to the server it was made for.
            : { ...(profile ?? { server: DEFAULT_SERVER }), ...(changed !== "server" && { [changed]: value }) };
        writeSettings({ ...settings, profiles: { ...settings.profiles, [profileName]: moved } });
        return output.data(
          { [changed]: server ?? value },
          () => `${changed} is ${server ?? value} in profile ${profileName}.`,
        );
      }
      case "use": {
        if (!settings.profiles[taken.profile])
          throw new CliFailure(
            exits.notFound,
            `There is no profile ${taken.profile}. \`entourage --profile ${taken.profile} login\` makes one.`,
          );
        writeSettings({ ...settings, current: taken.profile });
        return output.data({ profile: taken.profile }, () => `The profile is ${taken.profile} now.`);
      }
    }
  },
);
