import type { Metadata } from "next";
import NextLink from "next/link";
import { redirect } from "next/navigation";
import { AcceptInvitation } from "#app/_features/auth/accept-invitation.tsx";
import { AuthFrame } from "#app/_features/auth/auth-frame.tsx";
import { ProviderButtons } from "#app/_features/auth/provider-buttons.tsx";
import { SignUpForm } from "#app/_features/auth/sign-up-form.tsx";
import { readEntrance, readInvitation, readVisitor } from "#app/_lib/auth.ts";
import { buttonClass } from "#app/_ui/button.tsx";
import { Link } from "#app/_ui/link.tsx";

export const metadata: Metadata = { title: "Invitation", robots: { index: false } };

const roles = { owner: "an owner", admin: "an admin", member: "a member", viewer: "a viewer" } as const;

export default async function InvitePage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  const [invitation, entrance, visitor] = await Promise.all([readInvitation(token), readEntrance(), readVisitor()]);
  if (invitation && visitor && invitation.acceptedBy === visitor.userId) redirect(`/o/${invitation.slug}`);
  if (!invitation?.isOpen) return <EndedInvitation />;
  const { organization, role, email, invitedBy } = invitation;
  const here = `/invite/${token}`;
  return (
    <AuthFrame
      title={`Join ${organization}`}
      lead={`${invitedBy} invites you as ${roles[role]}.`}
      foot={
        visitor ? undefined : (
          <>
            Have an account? <Link href={`/sign-in?callbackUrl=${encodeURIComponent(here)}`}>Sign in to join</Link>
          </>
        )
      }
    >
      {visitor ? (
        <AcceptInvitation token={token} organization={organization} visitor={visitor} />
      ) : (
        <>
          <SignUpForm invitation={token} email={email} />
          <ProviderButtons providers={entrance.providers} returnTo={here} />
        </>
      )}
    </AuthFrame>
  );
}

/** Used, taken back, too old or made up: the same page, so that a link tells nothing to whoever tries some. */
function EndedInvitation() {
  return (
    <AuthFrame
      title="This invitation does not work"
      lead="It was used, taken back, or is older than seven days. Whoever sent it can send a new one."
    >
      <NextLink href="/sign-in" className={buttonClass("secondary", "lg")}>
        Sign in instead
      </NextLink>
    </AuthFrame>
  );
}
