"use client";

import { skipToken, useQuery } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import Link from "next/link";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { roomHref } from "#app/_shell/rooms.ts";
import { AnsiLog } from "#app/_ui/ansi-log.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { useSessionChanges } from "./use-session-changes.ts";

/** The working copy of a session that could not be made; null while there is none such. */
export function useFailedCopy(workspaceId: string | null) {
  const query = useQuery(useTRPC().workspaces.get.queryOptions(workspaceId ? { workspaceId } : skipToken));
  return query.data?.workspace.status === "error" ? query.data.workspace : null;
}

export type FailedCopy = NonNullable<ReturnType<typeof useFailedCopy>>;

type SetUpFailedProps = { orgSlug: string; copy: FailedCopy; sessionId: string; agent: string; canResume: boolean };

/** Why the agent has nothing to work on, the end of what the set-up printed, and the way to try both again. */
export function SetUpFailed({ orgSlug, copy, sessionId, agent, canResume }: SetUpFailedProps) {
  const { resume } = useSessionChanges();
  const retry = useChange(useTRPC().workspaces.retry.mutationOptions(), { refused: "It is not being made again" });
  const again = async () => {
    // The session waits for its working copy by itself.
    if ((await retry.apply({ workspaceId: copy.id })) && canResume) await resume.apply({ sessionId });
  };
  const output = copy.setupOutput?.trimEnd().slice(-4_000) ?? "";
  return (
    <div className="flex shrink-0 flex-col">
      <Banner
        tone="danger"
        title={`${output ? "The set-up failed" : "The working copy could not be made"}, so ${agent} did not start.`}
        action={
          <Button
            size="sm"
            icon={<RotateCw className="size-3.5" />}
            loading={retry.isPending || resume.isPending}
            onClick={() => void again()}
          >
            Try again
          </Button>
        }
      >
        {copy.error}
        {output && copy.repo ? (
          <>
            {" "}
            The script stands in{" "}
            <Link className="underline" href={`${roomHref(orgSlug, copy.teamId, "repos")}/${copy.repo.id}`}>
              {copy.repo.name}
            </Link>
            .
          </>
        ) : null}
      </Banner>
      {output ? (
        <div className="border-b p-3">
          <AnsiLog label="The end of what the set-up printed" text={output} className="max-h-48" />
        </div>
      ) : null}
    </div>
  );
}
