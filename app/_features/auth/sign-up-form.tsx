"use client";

import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { AuthForm } from "./auth-form.tsx";
import { EmailField, PasswordField } from "./credential-fields.tsx";
import { type Refusal, signInWithPassword, signUp } from "./sign-in-client.ts";

/** Makes an account, signs in and lands in the organization: an own one, or the one of the invitation. */
export function SignUpForm({ invitation, email }: { invitation?: string; email?: string | null }) {
  async function submit(fields: Record<string, string>): Promise<Refusal | undefined> {
    const { organization, ...person } = fields;
    const made = await signUp({
      ...person,
      ...(organization ? { organization } : {}),
      ...(invitation ? { invitation } : {}),
    });
    if ("refusal" in made) return made.refusal;
    const refused = await signInWithPassword(person.email ?? "", person.password ?? "");
    location.assign(refused ? "/sign-in" : `/o/${String(made.value.slug)}`);
    return undefined;
  }

  return (
    <AuthForm action={invitation ? "Create account and join" : "Create account"} onSubmit={submit}>
      <Field label="Your name" name="name">
        <Input name="name" required maxLength={100} autoComplete="name" data-ask="Tell us what to call you." />
      </Field>
      <EmailField autoComplete="username" fixed={email ?? null} />
      <PasswordField isNew />
      {invitation ? null : (
        <Field
          label="Organization"
          name="organization"
          optional
          hint="What your crew is called. You can change it later."
        >
          <Input name="organization" maxLength={100} autoComplete="organization" />
        </Field>
      )}
    </AuthForm>
  );
}
