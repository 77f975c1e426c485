import { z } from "zod";
import { id, isoTime } from "../ids.ts";
import { author } from "../tasks/schema.ts";

export const ticketSeconds = 60;

const rows = z.int().min(1).max(500).default(24).describe("Lines of the screen.");
const cols = z.int().min(2).max(1_000).default(80).describe("Characters of a line.");

export const terminal = z.object({
  id,
  workspaceId: id,
  sessionId: id.nullable(),
  name: z.string(),
  rows: z.int(),
  cols: z.int(),
  createdBy: author,
  createdAt: isoTime,
});
export type Terminal = z.output<typeof terminal>;

export const openTerminalInput = z.strictObject({
  workspaceId: id,
  terminalId: id.optional().describe("One that is open, to come back to. Left out: a new one."),
  sessionId: id.optional().describe("A session of the workspace, to look into its sandbox."),
  name: z.string().trim().min(1).max(50).default("Terminal"),
  rows,
  cols,
});
export const openedTerminal = z.object({
  terminal,
  ticket: z.string().describe(`Opens it once, within ${ticketSeconds} seconds.`),
  path: z
    .string()
    .describe(
      "Where its WebSocket is, behind the ticket the machine of the session's sandbox: JSON frames of type input, output, resize, exit, error.",
    ),
  expiresAt: isoTime,
});
export const listTerminalsInput = z.strictObject({ workspaceId: id });
export const terminalList = z.object({ terminals: z.array(terminal) });
export const closeTerminalInput = z.strictObject({ terminalId: id });
export const closedTerminal = z.object({ closed: z.literal(true) });

export const openPreviewInput = z.strictObject({
  workspaceId: id,
  sessionId: id.optional().describe("The session in whose sandbox it listens. Left out: the workspace's own."),
  port: z.int().min(1).max(65_535).describe("The port that a program inside listens on."),
});
export const openedPreview = z.object({
  url: z.string().describe("Opens it in a browser, once; from then on the browser has a cookie of that host."),
  origin: z.string().describe("The host of its own that it is shown on, never the dashboard's."),
  expiresAt: isoTime,
});

export const previewPortsInput = z.strictObject({
  workspaceId: id,
  sessionId: id.optional().describe("The session in whose sandbox they listen. Left out: the workspace's own."),
});
export const previewPorts = z.object({
  ports: z
    .array(z.int())
    .describe("Ascending. None where the sandbox does not run, runs on another machine, or is not isolated."),
});

/** What a page sends over the socket of a terminal. */
export const clientFrame = z.discriminatedUnion("type", [
  z.object({ type: z.literal("input"), data: z.string().max(1_000_000) }),
  z.object({ type: z.literal("resize"), rows: z.int().min(1).max(500), cols: z.int().min(2).max(1_000) }),
]);
