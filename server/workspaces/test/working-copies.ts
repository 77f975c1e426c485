import { afterAll, vi } from "vitest";
import type { z } from "zod";
import type { Actor } from "#server/context.ts";
import { execute } from "#server/execute.ts";
import type { Operation } from "#server/operation.ts";
import { call, log, openWorkshop } from "#server/repos/test/workshop.ts";
import type { TestOrg } from "#server/test/fixtures.ts";
import { startCleaning } from "#worker/workspaces/clean.ts";
import { startMaking } from "#worker/workspaces/make.ts";
import * as operations from "../operations.ts";
import { workspacePath } from "../place.ts";

/** A workshop with a worker that makes workspaces. Call it at the top level of the file. */
export async function openWorkingCopies() {
  const shop = await openWorkshop();
  const { runtime } = shop;
  const org = await shop.newOrg();
  const repo = await shop.addRepo(org);
  const stopping = new AbortController();
  const making = startMaking(runtime, { log, signal: stopping.signal });
  const cleaning = startCleaning(runtime, { log });
  afterAll(async () => {
    stopping.abort();
    await cleaning.stop();
    await making.stop();
  });

  const run = <Input extends z.ZodObject, Output extends z.ZodObject>(
    operation: Operation<Input, Output>,
    input: unknown,
    actor: Actor = org.owner,
  ) => execute(operation, runtime, actor, input, call);
  const create = async (input: Record<string, unknown>, actor?: Actor) =>
    (await run(operations.createWorkspace, { teamId: org.teamId, ...input }, actor)).workspace;
  const get = async (workspaceId: string, actor?: Actor) =>
    (await run(operations.getWorkspace, { workspaceId }, actor)).workspace;
  /** The workspace when it is ready or could not be made. */
  const settled = (workspaceId: string) =>
    vi.waitFor(
      async () => {
        const workspace = await get(workspaceId);
        if (workspace.status === "initializing") throw new Error(`still ${workspace.step}`);
        return workspace;
      },
      { timeout: 30_000, interval: 30 },
    );
  const made = async (input: Record<string, unknown> = { repoId: repo.id }) => settled((await create(input)).id);
  const filesOf = (id: string, of: TestOrg = org) => workspacePath(runtime.settings, of.orgId, id);
  return { ...shop, org, repo, run, create, get, settled, made, filesOf };
}
