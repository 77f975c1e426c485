import { z } from "zod";
import type { Context } from "../../context.ts";
import { applyItem, type ExternalItem } from "../items.ts";
import { repoOf } from "../sources.ts";
import { tellTaskOfBranch } from "./branches.ts";
import { type Delivered, ignored, type Outcome, parsePayload, type Processor } from "./processor.ts";
import { applyPush } from "./pushes.ts";
import { hostOf, momentOf, typeOf, webUrl } from "./reading.ts";

// The shapes stand in https://docs.gitlab.com/user/project/integrations/webhook_events/
const project = z.object({ web_url: z.string().nullish() });
const attributes = z.object({
  id: z.int(),
  iid: z.int(),
  title: z.string(),
  description: z.string().nullish(),
  state: z.string().nullish(),
  url: z.string().nullish(),
  updated_at: z.string(),
  action: z.string().nullish(),
});
const labels = z.array(z.object({ title: z.string() })).nullish();
const issueDelivery = z.object({ object_attributes: attributes, labels, project });
const mergeRequestDelivery = z.object({
  object_attributes: attributes.extend({
    source_branch: z.string(),
    draft: z.boolean().nullish(),
    work_in_progress: z.boolean().nullish(),
  }),
  labels,
  project,
});
const pushDelivery = z.object({
  ref: z.string(),
  after: z.string().nullish(),
  total_commits_count: z.int().nullish(),
  project,
});

const actions = new Set(["open", "update", "close", "reopen", "merge"]);

async function processIssue(context: Context, { webhook, payload }: Delivered): Promise<Outcome> {
  const delivery = parsePayload(issueDelivery, payload);
  const { action, state } = delivery.object_attributes;
  if (!action || !actions.has(action)) return ignored("Nothing here follows from this change of an issue.");
  const repo = await repoOf(context, webhook, webUrl(delivery.project.web_url));
  return applyItem(context, webhook, {
    ...readItem(delivery, "issue"),
    ...{ state: action === "close" || state === "closed" ? "closed" : "open", repoId: repo?.id ?? null },
  });
}

async function processMergeRequest(context: Context, { webhook, payload }: Delivered): Promise<Outcome> {
  const delivery = parsePayload(mergeRequestDelivery, payload);
  const { action, state, source_branch, draft, work_in_progress, iid, title } = delivery.object_attributes;
  if (!action || !actions.has(action)) return ignored("Nothing here follows from this change of a merge request.");
  const repo = await repoOf(context, webhook, webUrl(delivery.project.web_url));
  const closedAs = action === "merge" || state === "merged" ? "merged" : null;
  const isClosed = closedAs !== null || action === "close" || state === "closed";
  const described = readItem(delivery, "merge request");
  const told = await tellTaskOfBranch(context, webhook, repo, source_branch, { ...described, isClosed, closedAs });
  if (told) return told;
  if (!isClosed && (draft || work_in_progress))
    return ignored("The merge request is a draft; it counts when it is ready.");
  return applyItem(context, webhook, {
    ...described,
    ...{ title: `Review merge request ${iid}: ${title}`, type: "chore", repoId: repo?.id ?? null },
    ...{ state: isClosed ? "closed" : "open", closedAs },
  });
}

function readItem(
  { object_attributes: of, labels: given, project: from }: z.output<typeof issueDelivery>,
  noun: "issue" | "merge request",
): Omit<ExternalItem, "state" | "repoId"> {
  const names = (given ?? []).map((label) => label.title);
  const kind = noun === "issue" ? "issue" : "merge";
  return {
    ...{ provider: "gitlab", noun, externalId: `${hostOf(from.web_url, "gitlab.com")}/${kind}/${of.id}` },
    ...{ url: webUrl(of.url), title: of.title, description: of.description ?? "", labels: names },
    ...{ changedAt: momentOf(of.updated_at), isFirst: of.action === "open", type: typeOf(names) },
  };
}

function processPush(context: Context, { webhook, payload }: Delivered): Promise<Outcome> {
  const { ref, after, total_commits_count, project: from } = parsePayload(pushDelivery, payload);
  const isDeleted = after !== null && after !== undefined && /^0+$/.test(after);
  return applyPush(context, webhook, {
    ref,
    isDeleted,
    commits: total_commits_count ?? 0,
    webUrl: webUrl(from.web_url),
  });
}

export const gitlabProcessors: readonly (readonly [string, Processor])[] = [
  ["issue", { run: processIssue }],
  ["confidential_issue", { run: () => Promise.resolve(ignored("Confidential issues stay where they are.")) }],
  ["merge_request", { run: processMergeRequest }],
  ["push", { run: processPush }],
];
