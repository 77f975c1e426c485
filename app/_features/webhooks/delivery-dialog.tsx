"use client";

import { useQuery } from "@tanstack/react-query";
import { ShieldAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import { CodeBlock } from "#app/_ui/code-block.tsx";
import { Dialog } from "#app/_ui/dialog.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import type { DeliveryDetail } from "#server/webhooks/schema.ts";
import { canReplay, DeliveryTask, useReplay } from "./delivery-actions.tsx";
import { deliveryWords } from "./webhook-words.ts";

/** One delivery: what came of it, its headers, what was sent. */
export function DeliveryDialog({ deliveryId, onClose }: { deliveryId: string; onClose: () => void }) {
  const query = useQuery(useTRPC().webhooks.delivery.queryOptions({ deliveryId }));
  const replay = useReplay();
  const delivery = query.data?.delivery;
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      size="lg"
      title={delivery ? `${delivery.event}${delivery.action ? `.${delivery.action}` : ""}` : "Delivery"}
      footer={
        <>
          {delivery && canReplay(delivery) ? (
            <Button loading={replay.isPending} onClick={() => void replay.apply({ deliveryId })}>
              Process again
            </Button>
          ) : null}
          <Button variant="primary" onClick={onClose}>
            Close
          </Button>
        </>
      }
    >
      <Loaded query={query} what="The delivery" skeleton={<SkeletonRows count={6} label="Loading the delivery" />}>
        {({ delivery: loaded }) => <Detail delivery={loaded} />}
      </Loaded>
    </Dialog>
  );
}

function Detail({ delivery }: { delivery: DeliveryDetail }) {
  const { status, result, deliveryId, receivedAt, attempts, nextAttemptAt, headers, payload, truncated } = delivery;
  return (
    <div className="flex flex-col gap-4">
      <dl className="grid grid-cols-[6rem_minmax(0,1fr)] gap-y-1.5 text-app">
        <Fact name="State">
          <Badge tone={deliveryWords[status].tone}>{deliveryWords[status].label}</Badge>
        </Fact>
        <Fact name="Result">
          {result} <DeliveryTask delivery={delivery} />
        </Fact>
        <Fact name="Came">
          <RelativeTime at={receivedAt} />
        </Fact>
        <Fact name="Attempts">
          {attempts}
          {nextAttemptAt === null || attempts === 0 ? null : (
            <>
              , the next <RelativeTime at={nextAttemptAt} />
            </>
          )}
        </Fact>
        {deliveryId === null ? null : (
          <Fact name="Id">
            <span className="font-mono text-small break-all">{deliveryId}</span>
          </Fact>
        )}
      </dl>
      <CodeBlock
        title="Headers"
        code={Object.entries(headers)
          .map(([name, value]) => `${name}: ${value}`)
          .join("\n")}
      />
      {payload === null ? (
        <Banner tone="info" inset title="The payload was not kept." icon={<ShieldAlert />}>
          Nobody knows who sent it.
        </Banner>
      ) : (
        <CodeBlock title={truncated ? "Payload, its beginning" : "Payload"} code={indented(payload)} />
      )}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}

/** JSON with a line per field; anything else as it came. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
