"use client";

import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useSubmit } from "#app/_features/settings/use-submit.ts";
import { textIn } from "#app/_features/teams/settings-form.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Field } from "#app/_ui/field.tsx";
import { FormDialog } from "#app/_ui/form-dialog.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Select } from "#app/_ui/select.tsx";
import { type ModelApi, modelApis } from "#db/enums.ts";
import type { SignInProvider } from "#server/provider-sign-ins/schema.ts";
import { apiWords } from "./model-words.ts";

type SignInProviderDialogProps = { known: SignInProvider | undefined; onClose: () => void };

const addresses = [
  {
    name: "baseUrl",
    label: "Where its models are",
    hint: "The same address as for a key. The tokens go there.",
    example: "https://api.example.com/v1",
  },
  {
    name: "deviceUrl",
    label: "Device authorization endpoint",
    hint: "It gives the code that a person types: device_authorization_endpoint where the provider lists its addresses.",
    example: "https://auth.example.com/oauth/device/code",
  },
  {
    name: "tokenUrl",
    label: "Token endpoint",
    hint: "It gives the tokens, and the next ones: token_endpoint in the same list.",
    example: "https://auth.example.com/oauth/token",
  },
] as const;

/** How people sign in at a provider: its endpoints, and as which client we come. */
export function SignInProviderDialog({ known, onClose }: SignInProviderDialogProps) {
  const [api, setApi] = useState<ModelApi>(known?.api ?? "anthropic");
  const save = useChange(useTRPC().credentials.setSignInProvider.mutationOptions(), {
    done: ({ signInProvider }) => `People can sign in at ${signInProvider.provider}`,
    refused: "The sign-in was not saved",
  });
  const { failure, submit } = useSubmit(async (form) => {
    const fields = new FormData(form);
    const text = (name: string) => textIn(fields, name);
    await save.send({
      ...{ api, provider: known?.provider ?? text("provider"), clientId: text("clientId"), scopes: text("scopes") },
      ...{ baseUrl: text("baseUrl"), deviceUrl: text("deviceUrl"), tokenUrl: text("tokenUrl") },
    });
    onClose();
  });
  return (
    <FormDialog
      title={known ? `Change the sign-in at ${known.provider}` : "Set up a sign-in with a code"}
      description="The provider's documentation of its OAuth device flow has these. Who has signed in already stays with what it was then."
      action="Save"
      isPending={save.isPending}
      onSubmit={submit}
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        {known ? null : (
          <Field label="Name" name="provider" hint="Models are named after it.">
            <Input name="provider" placeholder="acme" required maxLength={40} autoComplete="off" mono data-autofocus />
          </Field>
        )}
        <Field label="API" name="api">
          <Select
            value={api}
            onValueChange={(value) => setApi(modelApis.find((one) => one === value) ?? "anthropic")}
            options={modelApis.map((value) => ({ value, label: apiWords[value] }))}
          />
        </Field>
      </div>
      {addresses.map(({ name, label, hint, example }) => (
        <Field key={name} label={label} name={name} hint={hint}>
          <Input
            name={name}
            type="url"
            required
            maxLength={500}
            defaultValue={known?.[name]}
            placeholder={example}
            autoComplete="off"
            mono
          />
        </Field>
      ))}
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label="Client id"
          name="clientId"
          hint="Of the application you registered at the provider, with the device flow allowed."
        >
          <Input
            name="clientId"
            placeholder="entourage-1a2b3c"
            required
            maxLength={300}
            defaultValue={known?.clientId}
            autoComplete="off"
            mono
          />
        </Field>
        <Field
          label="Scopes"
          name="scopes"
          optional
          hint="What the tokens may do, with spaces between. offline_access often brings a token to renew with."
        >
          <Input
            name="scopes"
            placeholder="models.read offline_access"
            maxLength={500}
            defaultValue={known?.scopes}
            autoComplete="off"
            mono
          />
        </Field>
      </div>
      {failure ? (
        <p role="alert" className="text-app break-words text-danger">
          {failure}
        </p>
      ) : null}
    </FormDialog>
  );
}
