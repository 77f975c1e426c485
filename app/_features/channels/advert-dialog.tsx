"use client";

import { type SubmitEvent, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Field } from "#app/_ui/field.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import { Textarea } from "#app/_ui/input.tsx";
import type { ChannelInfo } from "#server/channels/schema.ts";

/** What one publishes on a channel of one's own, and the schema its messages must satisfy. */
export function AdvertDialog({ channel, onClose }: { channel: ChannelInfo; onClose: () => void }) {
  const [description, setDescription] = useState(channel.description ?? "");
  const [schema, setSchema] = useState(channel.schema ? JSON.stringify(channel.schema, null, 2) : "");
  const [failure, setFailure] = useState<{ field: "description" | "schema"; words: string }>();
  const advertise = useChange(useTRPC().channels.advertise.mutationOptions(), {
    done: () => "The advert is there for all",
    refused: "The advert was not changed",
  });
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setFailure(undefined);
    const read = readSchema(schema);
    if ("problem" in read) return setFailure({ field: "schema", words: read.problem });
    try {
      await advertise.send({ channel: channel.channel, description, schema: read.schema });
      onClose();
    } catch (error) {
      setFailure({ field: read.schema ? "schema" : "description", words: refusalOf(error) });
    }
  };
  const errorOf = (field: "description" | "schema") => (failure?.field === field ? { error: failure.words } : {});
  return (
    <FormDialog
      size="lg"
      title={`Advert of ${channel.channel}`}
      action="Publish advert"
      isPending={advertise.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field
        label="Description"
        hint="What is published here and when. All of the organization reads it."
        {...errorOf("description")}
      >
        <Textarea
          value={description}
          required
          maxLength={5000}
          onChange={(event) => setDescription(event.target.value)}
        />
      </Field>
      <Field
        label="Schema"
        optional
        hint="JSON Schema 2020-12. From then on a message that does not satisfy it is refused."
        {...errorOf("schema")}
      >
        <Textarea
          mono
          value={schema}
          spellCheck={false}
          maxLength={32_768}
          placeholder={'{ "type": "object", "required": ["text"] }'}
          onChange={(event) => setSchema(event.target.value)}
        />
      </Field>
    </FormDialog>
  );
}

function readSchema(text: string): { schema: Record<string, unknown> | null } | { problem: string } {
  if (text.trim() === "") return { schema: null };
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read === "object" && read !== null && !Array.isArray(read)) return { schema: { ...read } };
    return { problem: 'A schema is a JSON object, such as { "type": "object" }.' };
  } catch (error) {
    return { problem: `This is not JSON: ${error instanceof Error ? error.message : ""}.` };
  }
}
