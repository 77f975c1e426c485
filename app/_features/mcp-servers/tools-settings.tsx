"use client";

import { Download, Plus } from "lucide-react";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useMe } from "#app/_features/members/use-me.ts";
import { LookOnly } from "#app/_features/members/who-can-grant.tsx";
import { SettingsPage } from "#app/_features/settings/settings-page.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { Button } from "#app/_ui/button.tsx";
import { AddServerDialog } from "./add-server-dialog.tsx";
import { BuiltInTools } from "./built-in-tools.tsx";
import { ExchangeDialog } from "./exchange-dialog.tsx";
import { McpServers } from "./mcp-servers.tsx";

const dialogs = ["add", "exchange"] as const;

/** What models may use besides words: the MCP servers that are attached, with the tools people have accepted. */
export function ToolsSettings() {
  const { can, isKnown } = useMe();
  const canManage = can("org:manage");
  const [open, setOpen] = useQueryState("open", parseAsStringLiteral(dialogs));
  const add = () => void setOpen("add");
  const exchange = () => void setOpen("exchange");
  useActions([
    {
      id: "mcp-server.add",
      title: "Attach an MCP server",
      group: "Tools",
      keys: "c",
      icon: <Plus />,
      when: () => canManage,
      run: add,
    },
    {
      id: "mcp-server.exchange",
      title: "Import or export mcpServers JSON",
      group: "Tools",
      icon: <Download />,
      when: () => canManage,
      run: exchange,
    },
  ]);
  return (
    <SettingsPage
      title="Tools and MCP servers"
      lead="What agents of the runtime Model, and those in sessions, may call while they work. A tool of an attached server is offered only once a person has read and accepted its description."
      action={
        canManage ? (
          <span className="flex flex-wrap gap-2">
            <Button icon={<Download className="size-4" />} onClick={exchange}>
              Import or export
            </Button>
            <Button variant="primary" icon={<Plus className="size-4" />} keys="c" onClick={add}>
              Attach a server
            </Button>
          </span>
        ) : null
      }
    >
      {isKnown && !canManage ? <LookOnly what="attach MCP servers and accept their tools" /> : null}
      <McpServers canManage={canManage} onAdd={add} />
      <BuiltInTools />
      {open === "add" && canManage ? <AddServerDialog onClose={() => void setOpen(null)} /> : null}
      {open === "exchange" && canManage ? <ExchangeDialog onClose={() => void setOpen(null)} /> : null}
    </SettingsPage>
  );
}
