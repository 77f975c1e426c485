import { z } from "zod";
import type { Context } from "../../context.ts";
import { changeInstallationRepos, recordInstallation } from "../../github-apps/service.ts";
import { outsideText } from "../payload.ts";
import { type Delivered, ignored, type Outcome, parsePayload, type Processor, processed } from "./processor.ts";

// These stand in events, so they are cleaned as they are read.
const name = z.string().transform((text) => outsideText(text, 200));
const repositories = z.array(z.object({ id: z.int(), full_name: name })).nullish();
const installation = z.object({ id: z.int(), account: z.object({ login: name }).nullish() });
const installationDelivery = z.object({ action: z.string(), installation, repositories });
const repositoriesDelivery = z.object({
  action: z.string(),
  installation,
  repositories_added: repositories,
  repositories_removed: repositories,
});

const statuses = new Map([
  ["created", "active"],
  ["unsuspend", "active"],
  ["new_permissions_accepted", "active"],
  ["suspend", "suspended"],
  ["deleted", "removed"],
] as const);

async function processInstallation(context: Context, { webhook, payload }: Delivered): Promise<Outcome> {
  const { action, installation: at, repositories: given } = parsePayload(installationDelivery, payload);
  const status = [...statuses].find(([name]) => name === action)?.[1];
  if (!status) return ignored(`Nothing here follows from an installation that is ${action}.`);
  const repos = (given ?? []).map(({ id, full_name }) => ({ id, fullName: full_name }));
  const installed = { installationId: at.id, account: at.account?.login ?? "", status, repos };
  if (!(await recordInstallation(context, webhook, installed))) return notOfAnApp;
  return processed(`The App's installation is ${status}, with ${countOf(repos.length)}.`);
}

async function processRepositories(context: Context, { webhook, payload }: Delivered): Promise<Outcome> {
  const delivery = parsePayload(repositoriesDelivery, payload);
  const added = (delivery.repositories_added ?? []).map(({ id, full_name }) => ({ id, fullName: full_name }));
  const removed = (delivery.repositories_removed ?? []).map(({ id }) => id);
  const { id: installationId, account } = delivery.installation;
  const change = { installationId, account: account?.login ?? "", added, removed };
  if (!(await changeInstallationRepos(context, webhook, change))) return notOfAnApp;
  return processed(`The App reaches ${countOf(added.length)} more and ${removed.length} fewer.`);
}

const notOfAnApp = ignored("This endpoint belongs to no GitHub App.");
const countOf = (count: number): string => (count === 1 ? "1 repository" : `${count} repositories`);

export const githubAppProcessors: readonly (readonly [string, Processor])[] = [
  ["installation", { always: true, run: processInstallation }],
  ["installation_repositories", { always: true, run: processRepositories }],
];
