import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { AuthFrame } from "#app/_features/auth/auth-frame.tsx";
import { DeviceForm } from "#app/_features/auth/device-form.tsx";
import { readEntrance, readVisitor } from "#app/_lib/auth.ts";

export const metadata: Metadata = { title: "Let a client in", robots: { index: false }, referrer: "no-referrer" };

/** Where somebody who is signed in types the code that a client shows, sees what it is, and decides. */
export default async function DevicePage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const [{ code }, entrance, visitor] = await Promise.all([searchParams, readEntrance(), readVisitor()]);
  const given = typeof code === "string" ? code.slice(0, 40) : "";
  const here = given ? `/device?code=${encodeURIComponent(given)}` : "/device";
  if (!visitor && !entrance.needsNoSignIn) redirect(`/sign-in?next=${encodeURIComponent(here)}`);
  return (
    <AuthFrame
      title="Let a client in"
      lead="A command line shows a code of eight letters. It gets to act as you, so go on only if you started it yourself."
      foot={visitor ? `You are signed in as ${visitor.name} (${visitor.email}).` : undefined}
    >
      <DeviceForm given={given} />
    </AuthFrame>
  );
}
