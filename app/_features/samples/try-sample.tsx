"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { roomHref } from "#app/_shell/rooms.ts";
import { Button } from "#app/_ui/button.tsx";
import { Link } from "#app/_ui/link.tsx";

/** Starts the sample and goes to its board. While one runs already, says so and shows the way to it. */
export function TrySample({ orgSlug }: { orgSlug: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const start = useMutation(
    trpc.samples.start.mutationOptions({
      onSuccess: ({ teamId }) => {
        router.push(`${roomHref(orgSlug, teamId, "board")}?sample=starting`);
        // Its team may be new, and the frame does not know it yet.
        router.refresh();
      },
    }),
  );
  const isTaken = start.error?.data?.code === "conflict";
  const teams = useQuery(trpc.teams.list.queryOptions({}, { enabled: isTaken }));
  const sampleTeam = teams.data?.teams.find(({ name }) => name === "Sample");
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
          {start.error.message}{" "}
          {sampleTeam ? <Link href={roomHref(orgSlug, sampleTeam.id, "board")}>Open its board</Link> : null}
        </p>
      ) : null}
    </>
  );
}
