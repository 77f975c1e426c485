"use client";

import { Eye, RotateCcw } from "lucide-react";
import Link from "next/link";
import { useParams } from "next/navigation";
import { parseAsString, useQueryState } from "nuqs";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { taskHref } from "#app/_shell/rooms.ts";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { linkClass } from "#app/_ui/link.tsx";
import type { Delivery } from "#server/webhooks/schema.ts";

/** The task of a delivery, a look at it, and the way to process it once more. */
export function DeliveryActions({ delivery }: { delivery: Delivery }) {
  const [, setOpen] = useQueryState("delivery", parseAsString);
  const replay = useReplay();
  return (
    <span className="inline-flex items-center gap-1">
      <DeliveryTask delivery={delivery} />
      <IconButton label="Show the payload" icon={<Eye />} size="sm" onClick={() => void setOpen(delivery.id)} />
      {canReplay(delivery) ? (
        <IconButton
          label="Process again"
          icon={<RotateCcw />}
          size="sm"
          onClick={() => void replay.apply({ deliveryId: delivery.id })}
        />
      ) : null}
    </span>
  );
}

export function DeliveryTask({ delivery: { task } }: { delivery: Delivery }) {
  const { org } = useParams<{ org: string }>();
  return task === null ? null : (
    <Link href={taskHref(org, task.number)} className={linkClass}>
      #{task.number}
    </Link>
  );
}

export const canReplay = ({ status }: Delivery): boolean => status !== "refused" && status !== "received";

export const useReplay = () =>
  useChange(useTRPC().webhooks.replay.mutationOptions(), {
    done: () => "It is processed again",
    refused: "It was not processed again",
  });
