"use client";

import { useQuery } from "@tanstack/react-query";
import { Brain, ShieldCheck } from "lucide-react";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Select } from "#app/_ui/select.tsx";
import type { SessionView } from "./session-chat.tsx";
import { useSessionChanges } from "./use-session-changes.ts";

/** How much the agent does unasked, and what it thinks with. A change counts from its next step on. */
export function SessionPickers({ view: { session, modes } }: { view: SessionView }) {
  const { data } = useQuery(useTRPC().models.routing.queryOptions({ teamId: session.teamId }));
  const change = useSessionChanges();
  const known = data?.routing.models.filter(({ usable }) => usable).map(({ model }) => model) ?? [];
  const models = session.model && !known.includes(session.model) ? [session.model, ...known] : known;
  const sessionId = session.id;
  return (
    <>
      {modes.length > 0 ? (
        <div className="w-48 min-w-0 shrink @max-xl:w-1/2">
          <Select
            label="Mode"
            value={session.mode}
            onValueChange={(mode) => void change.setMode.apply({ sessionId, mode })}
            options={modes.map(({ id, name }) => ({ value: id, label: name, icon: <ShieldCheck /> }))}
          />
        </div>
      ) : null}
      {models.length > 0 ? (
        <div className="w-56 min-w-0 shrink @max-xl:w-1/2">
          <Select
            label="Model"
            value={session.model}
            placeholder="Its own model"
            onValueChange={(model) => void change.setModel.apply({ sessionId, model })}
            options={models.map((model) => ({ value: model, label: shortModel(model), icon: <Brain /> }))}
          />
        </div>
      ) : null}
    </>
  );
}

/** Whose model it is goes without saying where there is little room: "anthropic/claude-sonnet-5" is "claude-sonnet-5". */
const shortModel = (model: string) => model.slice(model.indexOf("/") + 1);
