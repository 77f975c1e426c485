import type { Metadata } from "next";
import NextLink from "next/link";
import { AuthFrame } from "#app/_features/auth/auth-frame.tsx";
import { ResetForm } from "#app/_features/auth/reset-form.tsx";
import { readReset } from "#app/_lib/auth.ts";
import { buttonClass } from "#app/_ui/button.tsx";

export const metadata: Metadata = { title: "New password", robots: { index: false }, referrer: "no-referrer" };

export default async function ResetPage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const person = await readReset(token);
  if (!person) return <EndedLink />;
  return (
    <AuthFrame
      title={`A new password for ${person.name}`}
      lead={`You sign in with ${person.email}. Every browser and client of yours is signed out by it.`}
    >
      <ResetForm token={token} email={person.email} />
    </AuthFrame>
  );
}

/** Used, too old or made up: the same page, so that a link tells nothing to whoever tries some. */
function EndedLink() {
  return (
    <AuthFrame
      title="This link does not work"
      lead="It was used, replaced by a newer one, or is older than an hour. An admin can make another."
    >
      <NextLink href="/sign-in" className={buttonClass("secondary", "lg")}>
        Sign in instead
      </NextLink>
    </AuthFrame>
  );
}
