"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTRPC } from "#app/_lib/trpc.tsx";

export type HandleFace = { kind: "agent" | "user" | "system"; name: string };
/** Who a handle is, for its mark; an earlier handle, or one past the list, is shown by itself. */
export type HandleFaces = (handle: string) => HandleFace;

/** Who has which handle. */
export function useHandles() {
  const { data } = useQuery(useTRPC().channels.handles.queryOptions({ limit: 500 }));
  return useMemo(() => {
    const known = new Map(data?.handles.map((each) => [each.handle, each]));
    const faces: HandleFaces = (handle) =>
      known.get(handle) ?? { kind: handle === "system" ? "system" : "agent", name: handle };
    return { faces, handles: data?.handles ?? [] };
  }, [data]);
}
