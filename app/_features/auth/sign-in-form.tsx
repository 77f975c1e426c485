"use client";

import { AuthForm } from "./auth-form.tsx";
import { EmailField, PasswordField } from "./credential-fields.tsx";
import { firstOrganization, type Refusal, signInWithPassword } from "./sign-in-client.ts";

/** Why a provider sent somebody back, in words. */
const providerRefusals: Record<string, string> = {
  InvitationNeeded: "Signing up needs an invitation here. Ask an owner or admin for a link, and open it first.",
  OAuthAccountNotLinked: "There is an account with this e-mail address already. Sign in with its password.",
  EmailNotVerified: "The provider gave no verified e-mail address. Verify one there and try again.",
  AccessDenied: "The provider did not let you in.",
  Configuration: "Signing in there is not set up right. An admin finds the reason in the server's log.",
};

/** Signs in with a password, then goes where one wanted to go, or to one's first organization. */
export function SignInForm({ returnTo, error }: { returnTo: string | undefined; error?: string | undefined }) {
  const refusal = error ? { message: providerRefusals[error] ?? "Signing in did not work. Try again." } : undefined;

  async function submit({ email = "", password = "" }: Record<string, string>): Promise<Refusal | undefined> {
    const refused = await signInWithPassword(email, password);
    if (refused) return refused;
    const org = returnTo ? undefined : await firstOrganization();
    location.assign(returnTo ?? (org ? `/o/${org}` : "/welcome"));
    return undefined;
  }

  return (
    <AuthForm action="Sign in" onSubmit={submit} refusal={refusal}>
      <EmailField autoComplete="username" />
      <PasswordField />
    </AuthForm>
  );
}
