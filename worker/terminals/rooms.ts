import { openBoxes } from "#server/sandbox/open-boxes.ts";
import type { BoxProvider } from "#server/sandbox/box.ts";
import { sweepTickets } from "#server/terminals/tickets.ts";
import type { PartContext } from "../part.ts";
import type { OtherDoor } from "../realtime/server.ts";
import { createTerminalDoor } from "./door.ts";
import { createPreviews } from "./preview.ts";
import { createShells } from "./shells.ts";

const sweepMilliseconds = 600_000;

/** What the worker's port serves beside realtime: terminals and previews, over sandboxes that are opened when first asked for. */
export function openRooms({ runtime, log }: Pick<PartContext, "runtime" | "log">): {
  doors: readonly OtherDoor[];
  close(): Promise<void>;
} {
  let provider: Promise<BoxProvider> | undefined;
  const boxes = () => {
    provider ??= openBoxes(runtime.settings);
    provider.catch(() => (provider = undefined));
    return provider;
  };
  const shells = createShells(runtime, { boxes, log });
  const terminals = createTerminalDoor(runtime, { shells, log });
  const previews = createPreviews(runtime, { boxes, log });
  const sweep = setInterval(
    () => void sweepTickets(runtime).catch((error: unknown) => log.warn({ error }, "tickets were not swept")),
    sweepMilliseconds,
  );
  return {
    doors: [previews, terminals],
    async close() {
      clearInterval(sweep);
      terminals.close();
      await shells.stop();
    },
  };
}
