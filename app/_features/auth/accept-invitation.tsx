"use client";

import { Button } from "#app/_ui/button.tsx";
import { AuthForm } from "./auth-form.tsx";
import { type Refusal, runOperation, signOut } from "./sign-in-client.ts";

/** For somebody who is signed in already: one press and they are in. */
export function AcceptInvitation({
  token,
  organization,
  visitor,
}: {
  token: string;
  organization: string;
  visitor: { name: string; email: string };
}) {
  async function accept(): Promise<Refusal | undefined> {
    const joined = await runOperation("accept_invitation", { token });
    if ("refusal" in joined) return joined.refusal;
    location.assign(`/o/${String(joined.value.slug)}`);
    return undefined;
  }

  return (
    <div className="flex flex-col gap-3">
      <p className="text-app text-muted">
        You are signed in as <strong className="font-medium text-ink">{visitor.name}</strong> ({visitor.email}).
      </p>
      <AuthForm action={`Join ${organization}`} onSubmit={accept}>
        {null}
      </AuthForm>
      <Button variant="ghost" onClick={() => void signOut(`/invite/${token}`)}>
        Use another account
      </Button>
    </div>
  );
}
