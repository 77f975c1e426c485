"use client";

import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { type SubmitEvent, useState } from "react";
import { useAgentKinds } from "#app/_features/agents/use-agent-kinds.ts";
import { useMe } from "#app/_features/members/use-me.ts";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useDraft } from "#app/_lib/drafts.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input, Textarea } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import type { Template } from "#server/templates/schema.ts";
import { FromTemplate } from "./from-template.tsx";
import { placeOf, placesOf } from "./session-places.ts";

type NewSessionDialogProps = {
  orgSlug: string;
  teamId: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onBegun: (sessionId: string) => void;
};

const usual = "usual";

const FillDialog = dynamic(() =>
  import("#app/_features/templates/fill-dialog.tsx").then((module) => module.FillDialog),
);

/** What is wanted, where, and by whom. One path: `c`, write, ⌘↵. */
export function NewSessionDialog({ orgSlug, teamId, open, onOpenChange, onBegun }: NewSessionDialogProps) {
  const trpc = useTRPC();
  const [prompt, setPrompt] = useDraft(`new-session|${teamId}`);
  const { kinds } = useAgentKinds();
  const repos = useQuery(trpc.repos.list.queryOptions({ teamId, archived: false }));
  const workspaces = useQuery(trpc.workspaces.list.queryOptions({ teamId }));
  const teams = useQuery(trpc.teams.list.queryOptions({ archived: false }));
  const routing = useQuery(trpc.models.routing.queryOptions({ teamId }));
  const [chosenKind, setKind] = useState<string | null>(null);
  const [mode, setMode] = useState<string | null>(null);
  const [model, setModel] = useState(usual);
  const [chosenPlace, setPlace] = useState<string | null>(null);
  const [address, setAddress] = useState("");
  const isOwner = useMe().me?.role === "owner";
  const [template, setTemplate] = useState<Template | null>(null);
  const [failure, setFailure] = useState<string>();
  const create = useChange(trpc.sessions.create.mutationOptions(), { refused: "The session was not begun" });
  const installed = kinds.filter((kind) => kind.installed);
  const usualKind = teams.data?.teams.find(({ id }) => id === teamId)?.defaultAgentKind;
  const kind = installed.find(({ id }) => id === (chosenKind ?? usualKind)) ?? installed[0];
  const places = placesOf(repos.data?.repos ?? [], workspaces.data?.workspaces ?? [], { hasServer: isOwner });
  const place = places.find(({ value }) => value === chosenPlace) ?? places[0];
  const models = routing.data?.routing.models.filter(({ usable }) => usable) ?? [];
  const submit = async (event?: SubmitEvent<HTMLFormElement>) => {
    event?.preventDefault();
    if (create.isPending || !kind) return;
    setFailure(undefined);
    try {
      const { session } = await create.send({
        ...{ teamId, agentKind: kind.id, mode: mode ?? kind.defaultMode, ...placeOf(place?.value, address) },
        ...(model === usual ? {} : { model }),
        ...(prompt.trim() ? { prompt } : {}),
      });
      setPrompt("");
      onBegun(session.id);
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  if (open && template) return <FillDialog orgSlug={orgSlug} template={template} onClose={() => setTemplate(null)} />;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      size="lg"
      title="New session"
      description="An agent works in a sandbox without network, on a copy of its own. Nothing leaves it without you."
      footer={
        <>
          <span className="mr-auto">
            <FromTemplate teamId={teamId} onChoose={setTemplate} />
          </span>
          <DialogClose>
            <Button variant="ghost">Cancel</Button>
          </DialogClose>
          <Button
            type="submit"
            form="new-session"
            variant="primary"
            keys="mod+enter"
            loading={create.isPending}
            disabled={!kind}
          >
            Start session
          </Button>
        </>
      }
    >
      <form id="new-session" onSubmit={submit} className="flex flex-col gap-4">
        <Field label="What should it do?" name="prompt" optional error={failure}>
          <Textarea
            name="prompt"
            data-autofocus
            value={prompt}
            maxLength={200_000}
            placeholder="Find out why the login test fails, and mend it."
            onChange={(event) => setPrompt(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
              event.preventDefault();
              void submit();
            }}
          />
        </Field>
        <Field label="Where" name="place">
          <Select value={place?.value ?? null} onValueChange={setPlace} options={places} />
        </Field>
        {place?.value === "url" || place?.value === "path" ? (
          <Field
            label={place.value === "url" ? "Address" : "Folder"}
            name="address"
            hint={
              place.value === "url"
                ? "Cloned without a credential. For a private one, register it under Repos."
                : "The absolute path of a repository, below a folder that the server’s settings allow. It is copied."
            }
          >
            <Input
              name="address"
              required
              maxLength={2_000}
              autoComplete="off"
              spellCheck={false}
              value={address}
              placeholder={place.value === "url" ? "https://github.com/owner/name.git" : "/srv/git/name"}
              onChange={(event) => setAddress(event.target.value)}
            />
          </Field>
        ) : null}
        <div className="grid gap-4 sm:grid-cols-3">
          <Field label="Agent" name="agent">
            <Select
              value={kind?.id ?? null}
              onValueChange={(next) => {
                setKind(next);
                setMode(null);
              }}
              options={installed.map(({ id, name }) => ({ value: id, label: name }))}
            />
          </Field>
          <Field label="Mode" name="mode">
            <Select
              value={mode ?? kind?.defaultMode ?? null}
              onValueChange={setMode}
              options={(kind?.modes ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            />
          </Field>
          <Field label="Model" name="model">
            <Select
              value={model}
              onValueChange={setModel}
              options={[
                { value: usual, label: "The team’s usual one" },
                ...models.map((one) => ({ value: one.model, label: one.model })),
              ]}
            />
          </Field>
        </div>
      </form>
    </Dialog>
  );
}
