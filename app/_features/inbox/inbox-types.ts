import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";

type Outputs = inferRouterOutputs<AppRouter>["requests"];

/** Something that waits for a person: a request, or a task that goes on only when somebody decides. */
export type WaitingItem = Outputs["waiting"]["items"][number];
export type HumanRequest = Outputs["get"]["request"];
export type Decision = NonNullable<WaitingItem["decision"]>;
export type Policy = Outputs["policies"]["policies"][number];
export type Answer = NonNullable<HumanRequest["answer"]>;
