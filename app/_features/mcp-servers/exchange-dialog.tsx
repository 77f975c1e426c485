"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { textIn } from "#app/_features/teams/settings-form.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { CodeBlock } from "#app/_ui/code-block.tsx";
import { Dialog } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Textarea } from "#app/_ui/input.tsx";

/** Takes servers over from another client, by the file it keeps; and gives the attached ones in the same form. */
export function ExchangeDialog({ onClose }: { onClose: () => void }) {
  const { mcpServers } = useTRPC();
  const { data } = useQuery(mcpServers.export.queryOptions({}));
  const [refused, setRefused] = useState<readonly { name: string; why: string }[]>([]);
  const load = useChange(mcpServers.import.mutationOptions(), {
    done: ({ added }) => (added.length > 0 ? `${added.join(", ")} attached` : "Nothing was attached"),
    refused: "Nothing was attached",
  });
  const { failure, submit } = useSubmit(async (form) => {
    setRefused([]);
    const result = await load.send({ mcpServers: read(textIn(new FormData(form), "json")) });
    if (result.refused.length === 0) onClose();
    else setRefused(result.refused);
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      size="lg"
      title="Import or export"
      description="The mcpServers JSON that other clients keep, such as .mcp.json."
      footer={
        <>
          <Button variant="ghost" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" form="import-servers" variant="primary" loading={load.isPending}>
            Import
          </Button>
        </>
      }
    >
      <form id="import-servers" onSubmit={submit} className="flex flex-col gap-4">
        <Field label="Import" name="json" error={failure}>
          <Textarea name="json" required spellCheck={false} placeholder={example} mono rows={6} />
        </Field>
        {refused.length > 0 ? (
          <div role="alert" className="text-app text-danger">
            <p>Not attached:</p>
            <ul className="list-disc pl-5">
              {refused.map(({ name, why }) => (
                <li key={name} className="break-words">
                  {name}: {why}
                </li>
              ))}
            </ul>
          </div>
        ) : null}
        {data ? <CodeBlock title="What is attached, without its secrets" code={JSON.stringify(data, null, 2)} /> : null}
      </form>
    </Dialog>
  );
}

const example = '{ "mcpServers": { "tracker": { "url": "https://mcp.example.org/mcp" } } }';

/** The servers of a file, whether or not its outermost name is there. */
function read(text: string): Record<string, unknown> {
  const json = parse(text);
  const servers = "mcpServers" in json ? json.mcpServers : json;
  if (typeof servers === "object" && servers !== null && !Array.isArray(servers)) return { ...servers };
  throw new Error('There are no servers in it. It begins with { "mcpServers": { … } }.');
}

function parse(text: string): object {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null ? json : {};
  } catch {
    throw new Error("This is not JSON. Paste the whole file, from the first { to the last }.");
  }
}
