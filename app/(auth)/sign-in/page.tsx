import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { AuthFrame } from "#app/_features/auth/auth-frame.tsx";
import { ProviderButtons } from "#app/_features/auth/provider-buttons.tsx";
import { returnPath } from "#app/_features/auth/return-path.ts";
import { SignInForm } from "#app/_features/auth/sign-in-form.tsx";
import { readEntrance, readVisitor } from "#app/_lib/auth.ts";
import { Link } from "#app/_ui/link.tsx";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const [{ callbackUrl, next, error }, entrance, visitor] = await Promise.all([
    searchParams,
    readEntrance(),
    readVisitor(),
  ]);
  const asked = callbackUrl ?? next;
  const returnTo = asked === undefined ? undefined : returnPath(asked);
  if (entrance.needsNoSignIn) redirect("/");
  if (visitor) redirect(returnTo ?? (visitor.org ? `/o/${visitor.org}` : "/welcome"));
  if (entrance.isFirst) redirect("/sign-up");
  return (
    <AuthFrame
      title="Sign in"
      foot={
        entrance.isOpen ? (
          <>
            New here? <Link href="/sign-up">Create an account</Link>
          </>
        ) : (
          "New here? Somebody who is in can invite you."
        )
      }
    >
      <SignInForm returnTo={returnTo} error={typeof error === "string" ? error : undefined} />
      <ProviderButtons providers={entrance.providers} returnTo={returnTo ?? "/welcome"} />
    </AuthFrame>
  );
}
