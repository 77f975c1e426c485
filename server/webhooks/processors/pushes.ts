import type { Context } from "../../context.ts";
import type { WebhookRow } from "../finding.ts";
import { repoOf, requestFetch } from "../sources.ts";
import { ignored, type Outcome, processed } from "./processor.ts";

export interface Push {
  ref: string;
  isDeleted: boolean;
  commits: number;
  webUrl: string | null;
}

/** A push changes no task. Where it moved the default branch of one of our sources, the copy here follows. */
export async function applyPush(context: Context, webhook: WebhookRow, push: Push): Promise<Outcome> {
  const branch = /^refs\/heads\/(.+)$/s.exec(push.ref)?.[1];
  if (!branch) return ignored("Only pushes to branches mean something here.");
  if (push.isDeleted) return ignored("A branch was deleted there; nothing here follows from it.");
  const many = push.commits === 1 ? "1 commit" : `${push.commits} commits`;
  const repo = await repoOf(context, webhook, push.webUrl);
  if (!repo) return processed(`${many} pushed; no repository of the team has this one as its source.`);
  if (!repo.sourceUrl) return processed(`${many} pushed; ${repo.name} is kept here and has no source.`);
  if (branch !== repo.defaultBranch) return processed(`${many} pushed to a branch beside ${repo.defaultBranch}.`);
  await requestFetch(context, repo.id);
  return processed(`${many} pushed to ${repo.defaultBranch}; ${repo.name} fetches them.`);
}
