import type { Runtime } from "#server/context.ts";
import { systemActor } from "#server/context.ts";
import { inTransaction } from "#server/execute.ts";
import { keepCaches, keepSandboxes, type SeenBox } from "../keeping.ts";

const limits = { memoryMb: 2048, cpus: 2, processes: 256, diskMb: 4096 };

/** What a worker tells of the sandboxes and caches beside it. */
export async function tellOf(
  runtime: Runtime,
  {
    orgId,
    place = "here",
    boxes,
    caches = [],
  }: {
    orgId: string;
    place?: string;
    boxes: Partial<SeenBox>[];
    caches?: { id: string; tools: Record<string, number> }[];
  },
): Promise<void> {
  const usage = { memoryBytes: 50_000_000, processes: 3, cpuSeconds: 1.5 };
  const seen = boxes.map((box): SeenBox => ({ id: "", orgId, status: "running", labels: {}, limits, usage, ...box }));
  await inTransaction(runtime, systemActor("", "test"), { requestId: "test", system: true }, async (context) => {
    await keepSandboxes(context, { place, host: `host-${place}`, provider: "bubblewrap" }, seen);
    await keepCaches(
      context,
      place,
      caches.map((cache) => ({ ...cache, orgId, files: 7 })),
    );
  });
}
