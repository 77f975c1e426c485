"use client";

import { Field } from "#app/_ui/field.tsx";
import { Input, Textarea } from "#app/_ui/input.tsx";

export type Transport = "http" | "stdio";

type ServerFieldsProps = {
  transport: Transport;
  url?: string | null;
  command?: string | null;
  args?: readonly string[];
  /** Names of what opens it now. Values are never shown. */
  secretNames?: readonly string[];
  /** What stands there to be gone on with: the name of a header. */
  secrets?: string;
  error?: string;
};

/** Where a server is and what opens it. */
export function ServerFields({
  transport,
  url,
  command,
  args = [],
  secretNames = [],
  secrets,
  error,
}: ServerFieldsProps) {
  const word = transport === "http" ? "Headers" : "Variables";
  return (
    <>
      {transport === "http" ? (
        <Field label="Address" name="url" error={error}>
          <Input
            name="url"
            type="url"
            required
            maxLength={2_000}
            defaultValue={url ?? ""}
            placeholder="https://mcp.example.org/mcp"
            mono
          />
        </Field>
      ) : (
        <>
          <Field
            label="Program"
            name="command"
            hint="On the machine of the installation, and only where it allows that (ENTOURAGE_MCP_STDIO)."
            error={error}
          >
            <Input name="command" required maxLength={500} defaultValue={command ?? ""} placeholder="npx" mono />
          </Field>
          <Field label="Arguments" name="args" hint="One a line." optional>
            <Textarea name="args" defaultValue={args.join("\n")} mono />
          </Field>
        </>
      )}
      <Field
        label={word}
        name="secrets"
        hint={
          secretNames.length > 0
            ? `Now ${secretNames.join(", ")}. Write all of them anew to replace them; empty keeps them.`
            : "One a line, NAME=value. They are sealed and never shown again."
        }
        optional
      >
        <Textarea
          name="secrets"
          defaultValue={secrets}
          placeholder={transport === "http" ? "Authorization=Bearer …" : "API_TOKEN=…"}
          autoComplete="off"
          spellCheck={false}
          mono
        />
      </Field>
    </>
  );
}
