"use client";

import { useQuery } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Select } from "#app/_ui/select.tsx";

/** Has a repository indexed that is not yet. */
export function AddRepoDialog({ onClose }: { onClose: () => void }) {
  const { repos, knowledge } = useTRPC();
  const { data } = useQuery(repos.list.queryOptions({ archived: false }));
  const known = useQuery(knowledge.list.queryOptions({})).data?.sources ?? [];
  const open = (data?.repos ?? []).filter(({ id }) => !known.some(({ repoId }) => repoId === id));
  const [chosen, setChosen] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const add = useChange(knowledge.addRepo.mutationOptions(), {
    done: ({ source }) => `${source.title} is indexed now`,
    refused: "It was not added",
  });
  const repoId = chosen ?? open[0]?.id;
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!repoId) return;
    setFailure(undefined);
    try {
      await add.send({ repoId });
      onClose();
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(next) => (next ? undefined : onClose())}
      title="Index a repository"
      description="Its default branch, and again whenever that moves. Only what changed is done anew."
      footer={
        <>
          <DialogClose>
            <Button variant="ghost">Cancel</Button>
          </DialogClose>
          <Button type="submit" form="add-repo-knowledge" variant="primary" disabled={!repoId} loading={add.isPending}>
            Index repository
          </Button>
        </>
      }
    >
      <form id="add-repo-knowledge" onSubmit={submit}>
        {data && open.length === 0 ? (
          <p className="text-app text-muted">
            {data.repos.length === 0
              ? "There is no repository yet. Register one in the repos of a team."
              : "All repositories are indexed already."}
          </p>
        ) : (
          <Field label="Repository" name="repo" error={failure}>
            <Select
              value={repoId ?? null}
              onValueChange={setChosen}
              options={open.map(({ id, name }) => ({ value: id, label: name }))}
            />
          </Field>
        )}
      </form>
    </Dialog>
  );
}
