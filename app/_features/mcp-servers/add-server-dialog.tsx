"use client";

import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { textIn } from "#app/_features/teams/settings-form.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Field } from "#app/_ui/field.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Segmented } from "#app/_ui/segmented.tsx";
import { Select } from "#app/_ui/select.tsx";
import { readServerFields } from "./read-server-fields.ts";
import { ServerFields, type Transport } from "./server-fields.tsx";
import { wellKnownServers } from "./well-known.ts";

const ownServer = "own";

const transports = [
  { value: "http", label: "At an address" },
  { value: "stdio", label: "A program here" },
] as const;

/** Attaches a server; its tools then wait to be accepted. */
export function AddServerDialog({ onClose }: { onClose: () => void }) {
  const [transport, setTransport] = useState<Transport>("http");
  const [known, setKnown] = useState<(typeof wellKnownServers)[number]>();
  const add = useChange(useTRPC().mcpServers.add.mutationOptions(), {
    done: ({ server }) => `${server.name} is attached. Its tools are read now`,
    refused: "It was not attached",
  });
  const { failure, submit } = useSubmit(async (form) => {
    const fields = new FormData(form);
    await add.send({ name: textIn(fields, "name"), transport, ...readServerFields(fields, transport) });
    onClose();
  });
  return (
    <FormDialog
      title="Attach an MCP server"
      description="It is asked for its tools every half minute. Nothing of it is offered to a model before you accept it."
      action="Attach server"
      isPending={add.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label="Begin with" hint="Well-known servers; or one of your own.">
        <Select
          value={known?.name ?? ownServer}
          onValueChange={(next) => {
            setKnown(wellKnownServers.find(({ name }) => name === next));
            setTransport("http");
          }}
          options={[
            { value: ownServer, label: "A server of your own" },
            ...wellKnownServers.map(({ name, label }) => ({ value: name, label })),
          ]}
        />
      </Field>
      <Field label="Name" name="name" hint="Small letters, digits and dashes; it stands in the names of its tools.">
        <Input
          name="name"
          required
          maxLength={31}
          pattern="[a-z0-9][a-z0-9\-]*"
          autoComplete="off"
          placeholder="tracker"
          key={known?.name}
          defaultValue={known?.name}
          mono
        />
      </Field>
      <div>
        <Segmented label="Where it is" options={transports} value={transport} onValueChange={setTransport} />
      </div>
      <ServerFields
        key={`${transport}|${known?.name}`}
        transport={transport}
        url={known?.url}
        secrets={known?.header}
        error={failure}
      />
    </FormDialog>
  );
}
