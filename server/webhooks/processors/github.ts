import { z } from "zod";
import type { Context } from "../../context.ts";
import { applyItem, type ExternalItem } from "../items.ts";
import { repoOf } from "../sources.ts";
import { type Delivered, ignored, type Outcome, parsePayload, type Processor, processed } from "./processor.ts";
import { tellTaskOfBranch } from "./branches.ts";
import { applyPush } from "./pushes.ts";
import { hostOf, momentOf, typeOf, webUrl } from "./reading.ts";

const labels = z.array(z.union([z.string(), z.object({ name: z.string().nullish() })])).nullish();
const repository = z.object({ html_url: z.string(), full_name: z.string(), default_branch: z.string().nullish() });
const item = z.object({
  id: z.int(),
  number: z.int(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string().nullish(),
  html_url: z.string(),
  updated_at: z.string(),
  labels,
});
const issueDelivery = z.object({
  action: z.string(),
  issue: item.extend({ state_reason: z.string().nullish() }),
  repository,
});
const pullRequestDelivery = z.object({
  action: z.string(),
  pull_request: item.extend({
    merged: z.boolean().nullish(),
    draft: z.boolean().nullish(),
    head: z.object({ ref: z.string() }),
  }),
  repository,
});
const pushDelivery = z.object({
  ref: z.string(),
  after: z.string(),
  deleted: z.boolean().nullish(),
  commits: z.array(z.unknown()).nullish(),
  repository,
});

const issueActions = new Set([
  ...["opened", "edited", "labeled", "unlabeled", "closed", "reopened", "deleted", "transferred"],
]);
const pullRequestActions = new Set([
  ...["opened", "edited", "labeled", "unlabeled", "closed", "reopened", "ready_for_review", "converted_to_draft"],
]);

async function processIssue(context: Context, { webhook, payload }: Delivered): Promise<Outcome> {
  const { action, issue, repository: from } = parsePayload(issueDelivery, payload);
  if (!issueActions.has(action)) return ignored(`Nothing here follows from an issue that is ${action}.`);
  const isGone = action === "deleted" || action === "transferred";
  const repo = await repoOf(context, webhook, webUrl(from.html_url));
  return applyItem(context, webhook, {
    ...readItem(issue, "issue", action),
    state: isGone || action === "closed" || issue.state === "closed" ? "closed" : "open",
    closedAs: isGone ? action : (issue.state_reason ?? null),
    repoId: repo?.id ?? null,
  });
}

async function processPullRequest(context: Context, { webhook, payload }: Delivered): Promise<Outcome> {
  const { action, pull_request: pull, repository: from } = parsePayload(pullRequestDelivery, payload);
  if (!pullRequestActions.has(action)) return ignored(`Nothing here follows from a pull request that is ${action}.`);
  const repo = await repoOf(context, webhook, webUrl(from.html_url));
  const isClosed = action === "closed" || pull.state === "closed";
  const closedAs = pull.merged ? "merged" : null;
  const described = readItem(pull, "pull request", action);
  const told = await tellTaskOfBranch(context, webhook, repo, pull.head.ref, { ...described, isClosed, closedAs });
  if (told) return told;
  if (!isClosed && pull.draft) return ignored("The pull request is a draft; it counts when it is ready for review.");
  return applyItem(context, webhook, {
    ...described,
    ...{ title: `Review pull request ${pull.number}: ${pull.title}`, type: "chore", repoId: repo?.id ?? null },
    ...{ state: isClosed ? "closed" : "open", closedAs },
  });
}

function readItem(
  { id, title, body, html_url, updated_at, labels: given }: z.output<typeof item>,
  noun: "issue" | "pull request",
  action: string,
): Omit<ExternalItem, "state" | "repoId"> {
  const names = (given ?? []).flatMap((label) => (typeof label === "string" ? label : (label.name ?? [])));
  const kind = noun === "issue" ? "issue" : "pull";
  return {
    ...{
      provider: "github",
      noun,
      externalId: `${hostOf(html_url, "github.com")}/${kind}/${id}`,
      url: webUrl(html_url),
    },
    ...{ title, description: body ?? "", labels: names, changedAt: momentOf(updated_at), isFirst: action === "opened" },
    type: typeOf(names),
  };
}

function processPush(context: Context, { webhook, payload }: Delivered): Promise<Outcome> {
  const { ref, deleted, commits, repository: from } = parsePayload(pushDelivery, payload);
  const pushed = { ref, isDeleted: deleted ?? false, commits: commits?.length ?? 0, webUrl: webUrl(from.html_url) };
  return applyPush(context, webhook, pushed);
}

export const githubProcessors: readonly (readonly [string, Processor])[] = [
  [
    "ping",
    { always: true, run: () => Promise.resolve(processed("GitHub reaches this endpoint, and the secret fits.")) },
  ],
  ["issues", { run: processIssue }],
  ["pull_request", { run: processPullRequest }],
  ["push", { run: processPush }],
];
