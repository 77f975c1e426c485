import { type Message, text } from "@optique/core/message";
import { map } from "@optique/core/modifiers";
import type { Parser } from "@optique/core/parser";
import { command } from "@optique/core/primitives";
import type { Connection } from "./connection.ts";
import type { Output } from "./output.ts";
import type { Profile, Settings } from "./settings.ts";

/** What a command has to work with. */
export interface Cli {
  output: Output;
  /** As the options, the environment and the profile say. */
  connection: Connection;
  settings: Settings;
  profileName: string;
  profile: Profile | undefined;
  signal: AbortSignal;
}

/** A command line that was understood: what remains is to do it. */
export type Action = (cli: Cli) => Promise<void>;

/** Declares a command: its name, what it says of itself, what it takes, what it does. */
export function defineCommand<Taken, State>(
  name: string,
  { brief, description }: { brief: string; description?: Message },
  takes: Parser<"sync", Taken, State>,
  act: (taken: Taken, cli: Cli) => Promise<void>,
): Parser<"sync", Action, unknown> {
  const told = { brief: [text(brief)], ...(description && { description }) };
  return map(
    command(name, takes, told),
    (taken): Action =>
      (cli) =>
        act(taken, cli),
  );
}
