import { type GraphShape, layOut } from "./graph-layout.ts";

// Large graphs take seconds to lay out: here they do not hold up the page.
addEventListener("message", ({ data }: MessageEvent<GraphShape>) => postMessage(layOut(data)));
