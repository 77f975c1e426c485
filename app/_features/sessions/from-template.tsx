"use client";

import { useQuery } from "@tanstack/react-query";
import { LayoutTemplate } from "lucide-react";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Menu, MenuItem } from "#app/_ui/menu.tsx";
import type { Template } from "#server/templates/schema.ts";

type FromTemplateProps = { teamId: string; onChoose: (template: Template) => void };

/** What the team keeps to begin sessions with, behind a button; nothing where it keeps none. */
export function FromTemplate({ teamId, onChoose }: FromTemplateProps) {
  const { data } = useQuery(useTRPC().templates.list.queryOptions({ teamId, kind: "session" }));
  const templates = data?.templates ?? [];
  if (templates.length === 0) return null;
  return (
    <Menu
      side="top"
      trigger={
        <Button variant="ghost" icon={<LayoutTemplate className="size-4" />}>
          From a template
        </Button>
      }
    >
      {templates.map((template) => (
        <MenuItem key={template.id} onSelect={() => onChoose(template)}>
          {template.name}
        </MenuItem>
      ))}
    </Menu>
  );
}
