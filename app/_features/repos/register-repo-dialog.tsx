"use client";

import { useState } from "react";
import { useMe } from "#app/_features/members/use-me.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Segmented } from "#app/_ui/segmented.tsx";
import type { MergeStrategy, RepoSource } from "#db/enums.ts";
import { GateFields, readGateFields } from "./gate-fields.tsx";

type RegisterRepoDialogProps = {
  teamId: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onRegistered: (repoId: string) => void;
};

/** A repository for the team: a new one kept here, one behind a URL, or (owners) a path of the server. */
export function RegisterRepoDialog({ teamId, open, onOpenChange, onRegistered }: RegisterRepoDialogProps) {
  const { me } = useMe();
  const [source, setSource] = useState<RepoSource>("hosted");
  const [strategy, setStrategy] = useState<MergeStrategy>("merge");
  const register = useChange(useTRPC().repos.register.mutationOptions(), {
    done: ({ repo }) => (repo.source === "hosted" ? `${repo.name} is made` : `${repo.name} is being copied`),
    refused: "The repository was not registered",
  });
  const { failure, submit } = useSubmit(async (form) => {
    const fields = new FormData(form);
    const text = (name: string) => {
      const value = fields.get(name);
      return typeof value === "string" ? value.trim() : "";
    };
    const password = text("password");
    const { repo } = await register.send({
      teamId,
      name: text("name"),
      source: source === "hosted" ? "hosted" : text("source"),
      ...(source === "url" && password ? { credential: { username: text("username"), password } } : {}),
      mergeStrategy: strategy,
      ...readGateFields(form),
    });
    onOpenChange(false);
    onRegistered(repo.id);
  });
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      size="lg"
      title="Register a repository"
      description="Agents clone it and push their branches here; only the merge queue moves its default branch."
      footer={
        <>
          <DialogClose>
            <Button variant="ghost">Cancel</Button>
          </DialogClose>
          <Button type="submit" form="register-repo" variant="primary" loading={register.isPending}>
            Register repository
          </Button>
        </>
      }
    >
      <form id="register-repo" onSubmit={submit} className="flex flex-col gap-4">
        <div className="flex flex-col gap-1">
          <span className="text-app font-medium">Where it is</span>
          <div>
            <Segmented
              label="Where it is"
              value={source}
              onValueChange={setSource}
              options={[
                { value: "hosted", label: "New, kept here" },
                { value: "url", label: "URL" },
                ...(me?.role === "owner" ? [{ value: "local" as const, label: "Path on the server" }] : []),
              ]}
            />
          </div>
        </div>
        <Field label="Name" name="name">
          <Input name="name" required maxLength={100} autoComplete="off" placeholder="webshop" />
        </Field>
        {source === "url" ? <UrlFields /> : null}
        {source === "local" ? (
          <Field
            label="Path"
            name="source"
            hint="Under one of the folders that ENTOURAGE_REPO_ROOTS allows. Fetched before a merge, pushed after it."
          >
            <Input name="source" required mono maxLength={2000} placeholder="/srv/git/webshop.git" spellCheck={false} />
          </Field>
        ) : null}
        <GateFields strategy={strategy} onStrategy={setStrategy} />
        {failure ? (
          <p role="alert" className="text-app text-danger">
            {failure}
          </p>
        ) : null}
      </form>
    </Dialog>
  );
}

function UrlFields() {
  return (
    <>
      <Field label="URL" name="source" hint="Fetched before a merge, pushed after it, never forced.">
        <Input
          name="source"
          type="url"
          required
          mono
          maxLength={2000}
          pattern="https://.*"
          placeholder="https://git.example.com/webshop.git"
        />
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="User name" name="username" hint="For a private repository." optional>
          <Input name="username" maxLength={200} autoComplete="off" />
        </Field>
        <Field label="Token" name="password" hint="Stored encrypted, never shown again." optional>
          <Input name="password" type="password" maxLength={10_000} autoComplete="new-password" />
        </Field>
      </div>
    </>
  );
}
