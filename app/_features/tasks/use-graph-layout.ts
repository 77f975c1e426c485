"use client";

import { useEffect, useState } from "react";
import type { GraphShape, Layout } from "./graph-layout.ts";

/** Up to this many tasks are laid out at once, in less than a frame or two; more of them in a worker. */
const fewEnough = 150;

/** The places of a graph's tasks and the paths of its edges; null until they are known. Laid out again only when tasks or edges come or go. */
export function useGraphLayout(shape: GraphShape | undefined): Layout | null {
  const [layout, setLayout] = useState<Layout | null>(null);
  const key = shape && `${shape.nodes.join()}|${shape.edges.map(({ from, to }) => from + to).join()}`;
  useEffect(() => {
    if (!shape || key === undefined) return;
    let isWanted = true;
    const take = (next: Layout) => {
      if (isWanted) setLayout(next);
    };
    if (shape.nodes.length <= fewEnough) {
      void import("./graph-layout.ts").then(({ layOut }) => take(layOut(shape)));
      return () => {
        isWanted = false;
      };
    }
    const worker = new Worker(new URL("./graph-layout.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Layout>) => take(data);
    worker.postMessage({ nodes: shape.nodes, edges: shape.edges });
    return () => {
      isWanted = false;
      worker.terminate();
    };
    // The key says all of the shape that the layout depends on.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  return layout;
}
