import { defineOperation } from "../operation.ts";
import { listPorts } from "./listening.ts";
import { listTerminals } from "./queries.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const openTerminal = defineOperation({
  name: "open_terminal",
  summary: "Open a shell in a working copy's sandbox, or come back to one that is open: a ticket for its WebSocket.",
  kind: "command",
  permission: "workspaces:use",
  hints: { secret: true },
  input: schema.openTerminalInput,
  output: schema.openedTerminal,
  run: service.openTerminal,
});

export const listTerminalsOperation = defineOperation({
  name: "list_terminals",
  summary: "List the open terminals of a working copy.",
  kind: "read",
  permission: "task:read",
  input: schema.listTerminalsInput,
  output: schema.terminalList,
  run: listTerminals,
});

export const closeTerminal = defineOperation({
  name: "close_terminal",
  summary: "End a terminal with all that runs in it.",
  kind: "command",
  permission: "workspaces:use",
  hints: { destructive: true },
  input: schema.closeTerminalInput,
  output: schema.closedTerminal,
  run: async (context, { terminalId }) => {
    await service.closeTerminal(context, terminalId);
    return { closed: true as const };
  },
});

export const openPreview = defineOperation({
  name: "open_preview",
  summary: "See what a program in a working copy's sandbox serves on a port, on a host of its own.",
  kind: "command",
  permission: "workspaces:use",
  hints: { secret: true },
  input: schema.openPreviewInput,
  output: schema.openedPreview,
  run: service.openPreview,
});

export const listPreviewPorts = defineOperation({
  name: "list_preview_ports",
  summary: "List the ports that programs in a working copy's sandbox listen on, for open_preview.",
  kind: "git",
  permission: "workspaces:use",
  input: schema.previewPortsInput,
  output: schema.previewPorts,
  run: service.findBox,
  finish: async (box, _, { runtime }) => ({ ports: await listPorts(runtime.settings, box) }),
});
