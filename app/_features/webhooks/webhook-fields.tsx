"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Checkbox } from "#app/_ui/checkbox.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import type { WebhookProvider } from "#db/enums.ts";
import { providerEvents } from "./webhook-words.ts";

const none = "none";

type Given = { name: string; repoId: string | null; events: readonly string[]; label: string | null };

type WebhookFieldsProps = {
  provider: WebhookProvider;
  teamId: string | undefined;
  given?: Given;
  error: string | undefined;
};

/** What an endpoint is called and what it lets through; the same when it is made and when it is changed. */
export function WebhookFields({ provider, teamId, given, error }: WebhookFieldsProps) {
  const trpc = useTRPC();
  const { data } = useQuery({
    ...trpc.repos.list.queryOptions({ teamId: teamId ?? "", archived: false }),
    enabled: teamId !== undefined,
  });
  const events = providerEvents[provider];
  const [repoId, setRepoId] = useState(given?.repoId ?? none);
  const others = (given?.events ?? []).filter((name) => !events.some(({ value }) => value === name));
  return (
    <>
      <Field label="Name" name="name" hint="What it is for, such as the repository." error={error}>
        <Input
          name="name"
          required
          maxLength={100}
          autoComplete="off"
          defaultValue={given?.name}
          placeholder="acme/shop"
        />
      </Field>
      <Field
        label="Repository"
        name="repoId"
        hint="Its tasks belong to it. Left to the source: the repository of the team that comes from there."
      >
        <Select
          name="repoId"
          value={repoId}
          onValueChange={setRepoId}
          options={[
            { value: none, label: "By its source" },
            ...(data?.repos ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      </Field>
      {events.length > 0 ? (
        <fieldset className="flex flex-col gap-1">
          <legend className="mb-1 text-app font-medium">Events</legend>
          {events.map(({ value, label }) => (
            <Checkbox
              key={value}
              name={`event:${value}`}
              label={label}
              defaultChecked={given === undefined || given.events.length === 0 || given.events.includes(value)}
            />
          ))}
          {others.map((value) => (
            <Checkbox key={value} name={`event:${value}`} label={value} defaultChecked />
          ))}
        </fieldset>
      ) : null}
      {provider === "generic" ? null : (
        <Field
          label="Only with the label"
          name="label"
          optional
          hint="Then strangers cannot fill the board: somebody of yours gives the label first."
        >
          <Input
            name="label"
            maxLength={50}
            autoComplete="off"
            defaultValue={given?.label ?? ""}
            placeholder="entourage"
          />
        </Field>
      )}
    </>
  );
}

/** What the form says. Every event chosen means none named: new ones are let through as well. */
export function readWebhookFields(form: HTMLFormElement, provider: WebhookProvider): Given {
  const data = new FormData(form);
  const text = (name: string) => {
    const value = data.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  const chosen = [...data.keys()].flatMap((key) => (key.startsWith("event:") ? [key.slice(6)] : []));
  const known = providerEvents[provider];
  const isEvery = chosen.length === known.length && known.every(({ value }) => chosen.includes(value));
  const repoId = text("repoId");
  return {
    name: text("name"),
    repoId: repoId === none || repoId === "" ? null : repoId,
    events: isEvery ? [] : chosen,
    label: text("label") || null,
  };
}
