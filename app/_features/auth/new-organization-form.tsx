"use client";

import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { AuthForm } from "./auth-form.tsx";
import { type Refusal, runOperation } from "./sign-in-client.ts";

/** Makes an organization, with a first team and its manager, and goes there. */
export function NewOrganizationForm() {
  async function submit({ name }: Record<string, string>): Promise<Refusal | undefined> {
    const made = await runOperation("create_org", { name });
    if ("refusal" in made) return { field: "name", ...made.refusal };
    location.assign(`/o/${String(made.value.slug)}`);
    return undefined;
  }

  return (
    <AuthForm action="Create organization" onSubmit={submit}>
      <Field label="Name" name="name" hint="What your crew is called. You can change it later.">
        <Input name="name" required maxLength={100} autoComplete="organization" data-ask="Give it a name." />
      </Field>
    </AuthForm>
  );
}
