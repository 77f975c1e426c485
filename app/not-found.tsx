import { Compass } from "lucide-react";
import Link from "next/link";
import { buttonClass } from "#app/_ui/button.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";

/** Also the answer for what belongs to someone else: the two must look alike. */
export default function NotFound() {
  return (
    <main className="flex min-h-[70dvh] items-center justify-center">
      <EmptyState
        icon={<Compass />}
        title="There is nothing here"
        action={
          <Link href="/" className={buttonClass("primary")}>
            Go to the inbox
          </Link>
        }
      >
        The link may be old, or it belongs to an organization or a team you are not in. Someone who is can invite you.
      </EmptyState>
    </main>
  );
}
