"use client";

import { useQuery } from "@tanstack/react-query";
import { GitBranch, Plus } from "lucide-react";
import { type SubmitEvent, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Menu, MenuItem, MenuSeparator } from "#app/_ui/menu.tsx";

type BranchMenuProps = { workspaceId: string; branch: string | null; onChanged: () => void };

/** The branch one stands on, and the way to another. */
export function BranchMenu({ workspaceId, branch, onChanged }: BranchMenuProps) {
  const trpc = useTRPC();
  const [isNaming, setNaming] = useState(false);
  const [failure, setFailure] = useState<string>();
  const list = useQuery(trpc.workspaceGit.branches.queryOptions({ workspaceId }));
  const checkout = useChange(trpc.workspaceGit.checkout.mutationOptions(), {
    done: ({ branch: now }) => `You are on ${now} now`,
    refused: "The branch was not changed",
  });
  const go = (name: string) => void checkout.apply({ workspaceId, branch: name }).then(onChanged);
  const create = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = new FormData(event.currentTarget).get("branch");
    if (typeof name !== "string" || name.trim() === "") return;
    try {
      await checkout.send({ workspaceId, branch: name.trim(), create: true });
      setNaming(false);
      onChanged();
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  return (
    <>
      <Menu
        trigger={
          <Button
            size="sm"
            variant="ghost"
            data-pane-focus=""
            icon={<GitBranch className="size-3.5" />}
            loading={checkout.isPending}
          >
            <span className="max-w-48 truncate font-mono">{branch ?? "no branch"}</span>
          </Button>
        }
      >
        {(list.data?.branches ?? []).map(({ name }) => (
          <MenuItem key={name} icon={<GitBranch />} onSelect={() => go(name)}>
            {name}
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuItem icon={<Plus />} onSelect={() => setNaming(true)}>
          New branch…
        </MenuItem>
      </Menu>
      {isNaming ? (
        <Dialog
          open
          onOpenChange={setNaming}
          size="sm"
          title="New branch"
          description="It begins where you stand; what is not committed comes along."
          footer={
            <>
              <DialogClose>
                <Button variant="ghost">Cancel</Button>
              </DialogClose>
              <Button type="submit" form="new-branch" variant="primary" loading={checkout.isPending}>
                Create branch
              </Button>
            </>
          }
        >
          <form id="new-branch" onSubmit={create}>
            <Field label="Name" name="branch" error={failure}>
              <Input name="branch" mono required maxLength={200} />
            </Field>
          </form>
        </Dialog>
      ) : null}
    </>
  );
}
