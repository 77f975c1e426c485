"use client";

import { useMutation } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { roomHref } from "#app/_shell/rooms.ts";
import { Button } from "#app/_ui/button.tsx";

/** Makes the sample ready and goes to its plan; to the one there is, while it is not over. */
export function TrySample({ orgSlug }: { orgSlug: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const start = useMutation(
    trpc.samples.start.mutationOptions({
      onSuccess: ({ teamId, planId }) => {
        router.push(`${roomHref(orgSlug, teamId, "plans")}/${planId}`);
        // Its team may be new, and the frame does not know it yet.
        router.refresh();
      },
    }),
  );
  return (
    <>
      <Button
        icon={<FlaskConical className="size-4" />}
        loading={start.isPending || start.isSuccess}
        onClick={() => start.mutate({})}
      >
        {start.isPending || start.isSuccess ? "Starting the sample…" : "Try the sample"}
      </Button>
      {start.error ? (
        <p role="alert" className="w-full text-app text-pretty">
          {start.error.message}
        </p>
      ) : null}
    </>
  );
}
