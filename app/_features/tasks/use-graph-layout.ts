"use client";

import { useEffect, useState } from "react";
import type { GraphShape, Places } from "./graph-layout.ts";

/** Up to this many tasks are laid out at once, in less than a frame or two; more of them in a worker. */
const fewEnough = 150;

/** The places of a graph's tasks; null until they are known. Laid out again only when tasks or edges come or go. */
export function useGraphLayout(shape: GraphShape | undefined): Places | null {
  const [places, setPlaces] = useState<Places | null>(null);
  const key = shape && `${shape.nodes.join()}|${shape.edges.map(({ from, to }) => from + to).join()}`;
  useEffect(() => {
    if (!shape || key === undefined) return;
    let isWanted = true;
    const take = (next: Places) => {
      if (isWanted) setPlaces(next);
    };
    if (shape.nodes.length <= fewEnough) {
      void import("./graph-layout.ts").then(({ layOut }) => take(layOut(shape)));
      return () => {
        isWanted = false;
      };
    }
    const worker = new Worker(new URL("./graph-layout.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Places>) => take(data);
    worker.postMessage({ nodes: shape.nodes, edges: shape.edges });
    return () => {
      isWanted = false;
      worker.terminate();
    };
    // The key says all of the shape that the layout depends on.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  return places;
}
