import type { Metadata } from "next";
import NextLink from "next/link";
import { redirect } from "next/navigation";
import { AuthFrame } from "#app/_features/auth/auth-frame.tsx";
import { ProviderButtons } from "#app/_features/auth/provider-buttons.tsx";
import { SignUpForm } from "#app/_features/auth/sign-up-form.tsx";
import { readEntrance, readVisitor } from "#app/_lib/auth.ts";
import { buttonClass } from "#app/_ui/button.tsx";
import { Link } from "#app/_ui/link.tsx";

export const metadata: Metadata = { title: "Create an account" };

export default async function SignUpPage() {
  const [entrance, visitor] = await Promise.all([readEntrance(), readVisitor()]);
  if (entrance.needsNoSignIn) redirect("/");
  if (visitor) redirect(visitor.org ? `/o/${visitor.org}` : "/welcome");
  if (!entrance.isOpen) {
    return (
      <AuthFrame title="Signing up is by invitation" lead="An owner or admin of your organization can send you a link.">
        <NextLink href="/sign-in" className={buttonClass("secondary", "lg")}>
          Sign in instead
        </NextLink>
      </AuthFrame>
    );
  }
  return (
    <AuthFrame
      title={entrance.isFirst ? "Welcome to Entourage" : "Create an account"}
      lead={entrance.isFirst ? "Yours is the first account here, so the organization will be yours." : undefined}
      foot={
        entrance.isFirst ? undefined : (
          <>
            Have an account? <Link href="/sign-in">Sign in</Link>
          </>
        )
      }
    >
      <SignUpForm />
      <ProviderButtons providers={entrance.providers} returnTo="/welcome" />
    </AuthFrame>
  );
}
