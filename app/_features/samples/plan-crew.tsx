"use client";

import { useQuery } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useMe } from "#app/_features/members/use-me.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Banner } from "#app/_ui/banner.tsx";
import { Button } from "#app/_ui/button.tsx";
import type { PlanStatus } from "#db/enums.ts";
import type { CrewOfPlan } from "#server/samples/schema.ts";

const lookEveryMilliseconds = 2_000;

/** The sample crew and a plan, read again while it is about to do something. */
export function useCrew(planId: string): CrewOfPlan | undefined {
  const trpc = useTRPC();
  const { data } = useQuery({
    ...trpc.samples.crew.queryOptions({ planId }),
    refetchInterval: ({ state }) =>
      state.data?.crew.state === "waiting" || state.data?.crew.state === "working" ? lookEveryMilliseconds : false,
  });
  return data?.crew;
}

/** Calls the sample crew to a plan. */
export function useCallCrew() {
  return useChange(useTRPC().samples.callCrew.mutationOptions(), { refused: "The sample crew was not called" });
}

const writes = {
  recipes:
    "A demonstration: scripted engineers and a reviewer, no model. The code and its tests are real; what they write was written before.",
  notes:
    "A demonstration: scripted engineers and a reviewer, no model. They write notes on what each task asks for, not code.",
} satisfies Record<CrewOfPlan["writes"], string>;

/** Who carries an approved plan out, where that is the sample crew or nobody yet. */
export function PlanCrew({ planId, status }: { planId: string; status: PlanStatus }) {
  const crew = useCrew(planId);
  const { can } = useMe();
  const call = useCallCrew();
  const goHome = useChange(useTRPC().samples.sendCrewHome.mutationOptions(), {
    done: () => "The sample crew went home",
    refused: "The sample crew was not sent home",
  });
  const isLive = status === "executing" || status === "paused";
  if (!crew || !isLive) return null;
  if (crew.state === "waiting" || crew.state === "working") {
    return (
      <Banner
        tone="info"
        icon={<FlaskConical />}
        title={crew.state === "working" ? "The sample crew carries this out." : "The sample crew is called."}
        action={
          can("task:manage") ? (
            <Button size="sm" loading={goHome.isPending} onClick={() => void goHome.apply({ planId })}>
              Send it home
            </Button>
          ) : null
        }
      >
        {crew.state === "working" ? writes[crew.writes] : crew.note}
      </Banner>
    );
  }
  if (crew.refusal || !can("agents:manage") || !(crew.isAlone || crew.state === "home")) return null;
  return (
    <Banner
      tone="info"
      icon={<FlaskConical />}
      title={crew.state === "home" ? (crew.note ?? "The sample crew went home.") : "Nobody is here to work on it yet."}
      action={
        <Button size="sm" variant="primary" loading={call.isPending} onClick={() => void call.apply({ planId })}>
          Run it with the sample crew
        </Button>
      }
    >
      {crew.state === "home"
        ? ""
        : "Connect an agent, add one with a model’s key, or watch a demonstration without any key."}
    </Banner>
  );
}
