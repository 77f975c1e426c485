import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { AuthFrame } from "#app/_features/auth/auth-frame.tsx";
import { NewOrganizationForm } from "#app/_features/auth/new-organization-form.tsx";
import { readVisitor } from "#app/_lib/auth.ts";

export const metadata: Metadata = { title: "Your organization" };

/** Where a provider sends people back to: on to their organization, or to making one. */
export default async function WelcomePage() {
  const visitor = await readVisitor();
  if (!visitor) redirect("/sign-in");
  if (visitor.org) redirect(`/o/${visitor.org}`);
  return (
    <AuthFrame
      title={`Welcome, ${visitor.name}`}
      lead="You are in no organization yet. Make one, or open the link of an invitation."
    >
      <NewOrganizationForm />
    </AuthFrame>
  );
}
