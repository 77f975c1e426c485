import type { WebhookProvider } from "#db/enums.ts";
import { genericProcessors } from "./generic.ts";
import { githubAppProcessors } from "./github-app.ts";
import { githubProcessors } from "./github.ts";
import { gitlabProcessors } from "./gitlab.ts";
import type { Processor } from "./processor.ts";

/** What follows from which event: a line in a provider's list is the whole cost of a new one. */
const processors: Record<WebhookProvider, ReadonlyMap<string, Processor>> = {
  github: new Map([...githubProcessors, ...githubAppProcessors]),
  gitlab: new Map(gitlabProcessors),
  generic: new Map(genericProcessors),
};

/** The processor of an event; undefined where nothing follows from it. */
export const processorOf = (provider: WebhookProvider, event: string): Processor | undefined =>
  processors[provider].get(event);
