"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Select } from "#app/_ui/select.tsx";
import { DocumentForm } from "./document-form.tsx";

const everybody = "all";

/** A document that agents of one team, or of all, can look up. */
export function AddDocumentDialog({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.teams.list.queryOptions({ archived: true }));
  const teams = (data?.teams ?? []).filter(({ archivedAt }) => archivedAt === null);
  const [who, setWho] = useState(everybody);
  const add = useChange(trpc.knowledge.addDocument.mutationOptions(), {
    done: ({ source }) => `${source.title} is added, and indexed now`,
    refused: "It was not added",
  });
  return (
    <DocumentForm
      heading="Add a document"
      verb="Add document"
      isPending={add.isPending}
      onClose={onClose}
      send={(document) => add.send({ ...document, teamId: who === everybody ? null : who })}
    >
      <Field label="Who finds it" name="team">
        <Select
          value={who}
          onValueChange={setWho}
          options={[
            { value: everybody, label: "The whole organization" },
            ...teams.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      </Field>
    </DocumentForm>
  );
}
