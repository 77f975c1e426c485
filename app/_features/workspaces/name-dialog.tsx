"use client";

import { type SubmitEvent, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useTRPCClient } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";

/** What is named: something new in a folder, or something that is there. */
export type Naming = { what: "file" | "folder"; folder: string } | { what: "rename"; path: string };

type NameDialogProps = {
  workspaceId: string;
  naming: Naming;
  onClose: () => void;
  /** With the file to open, where there is one. */
  onDone: (path: string | null) => void;
};

const words = {
  file: { title: "New file", verb: "Create file", hint: "With its folders: src/notes.md makes both." },
  folder: { title: "New folder", verb: "Create folder", hint: "" },
  rename: { title: "Rename", verb: "Rename", hint: "Another folder moves it there." },
};

/** Asks for a path, and makes or moves what it names. */
export function NameDialog({ workspaceId, naming, onClose, onDone }: NameDialogProps) {
  const api = useTRPCClient();
  const [failure, setFailure] = useState<string>();
  const [isPending, setPending] = useState(false);
  const { title, verb, hint } = words[naming.what];
  const given = naming.what === "rename" ? naming.path : naming.folder ? `${naming.folder}/` : "";
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const said = new FormData(event.currentTarget).get("path");
    const path = typeof said === "string" ? said.trim() : "";
    if (path === "") return;
    setPending(true);
    try {
      if (naming.what === "rename")
        await api.workspaceFiles.rename.mutate({ workspaceId, path: naming.path, newPath: path });
      else if (naming.what === "file")
        await api.workspaceFiles.write.mutate({ workspaceId, path, text: "", version: null });
      else await api.workspaceFiles.createFolder.mutate({ workspaceId, path });
      onDone(naming.what === "file" ? path : null);
      onClose();
    } catch (error) {
      setFailure(refusalOf(error));
    } finally {
      setPending(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      size="sm"
      title={title}
      footer={
        <>
          <DialogClose>
            <Button variant="ghost">Cancel</Button>
          </DialogClose>
          <Button type="submit" form="name-file" variant="primary" loading={isPending}>
            {verb}
          </Button>
        </>
      }
    >
      <form id="name-file" onSubmit={submit}>
        <Field label="Path" name="path" hint={hint} error={failure}>
          <Input name="path" mono required maxLength={1_000} defaultValue={given} />
        </Field>
      </form>
    </Dialog>
  );
}
