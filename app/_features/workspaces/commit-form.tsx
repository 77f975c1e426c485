"use client";

import { GitCommitHorizontal } from "lucide-react";
import { useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useDraft } from "#app/_lib/drafts.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Input } from "#app/_ui/input.tsx";

type CommitFormProps = { workspaceId: string; staged: number; onCommitted: () => void };

/** What was chosen becomes a commit; with nothing chosen, everything does. */
export function CommitForm({ workspaceId, staged, onCommitted }: CommitFormProps) {
  const [message, setMessage] = useDraft(`commit|${workspaceId}`);
  const [failure, setFailure] = useState<string>();
  const commit = useChange(useTRPC().workspaceGit.commit.mutationOptions(), {
    done: () => "Committed",
    refused: "Nothing was committed",
  });
  const submit = async () => {
    if (message.trim() === "" || commit.isPending) return;
    setFailure(undefined);
    try {
      await commit.send({ workspaceId, message, all: staged === 0 });
      setMessage("");
      onCommitted();
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  return (
    <form
      aria-label="Commit"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      className="flex shrink-0 flex-col gap-2 border-t p-2"
    >
      {failure ? (
        <p role="alert" className="max-h-32 overflow-y-auto text-small whitespace-pre-wrap text-danger">
          {failure}
        </p>
      ) : null}
      <div className="flex items-center gap-2">
        <Input
          aria-label="Message of the commit"
          placeholder="What the change does"
          value={message}
          maxLength={5_000}
          onChange={(event) => setMessage(event.target.value)}
          className="min-w-0 grow"
        />
        <Button
          type="submit"
          variant="primary"
          icon={<GitCommitHorizontal className="size-4" />}
          disabled={message.trim() === ""}
          loading={commit.isPending}
        >
          {staged === 0 ? "Commit all" : `Commit ${staged}`}
        </Button>
      </div>
    </form>
  );
}
