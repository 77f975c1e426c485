"use client";

import { AuthForm } from "./auth-form.tsx";
import { EmailField, PasswordField } from "./credential-fields.tsx";
import { firstOrganization, type Refusal, resetPassword, signInWithPassword } from "./sign-in-client.ts";

/** Sets the new password and signs in with it. */
export function ResetForm({ token, email }: { token: string; email: string }) {
  async function submit({ password = "" }: Record<string, string>): Promise<Refusal | undefined> {
    const set = await resetPassword(token, password);
    if ("refusal" in set) return set.refusal;
    const refused = await signInWithPassword(email, password);
    if (refused) return refused;
    const org = await firstOrganization();
    location.assign(org ? `/o/${org}` : "/welcome");
    return undefined;
  }

  return (
    <AuthForm action="Set the password" onSubmit={submit}>
      <EmailField fixed={email} autoComplete="username" />
      <PasswordField isNew />
    </AuthForm>
  );
}
