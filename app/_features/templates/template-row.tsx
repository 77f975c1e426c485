"use client";

import { CalendarClock, Ellipsis, Pencil, Trash2 } from "lucide-react";
import { useParams, useRouter } from "next/navigation";
import { useState } from "react";
import { useMe } from "#app/_features/members/use-me.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { settingsHref } from "#app/_shell/rooms.ts";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { Button } from "#app/_ui/button.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Menu, MenuItem, MenuSeparator } from "#app/_ui/menu.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { Template } from "#server/templates/schema.ts";
import { kindWords, labelOf } from "./template-words.ts";

type TemplateRowProps = { template: Template; canUse: boolean; onUse: () => void; onEdit: () => void };

/** One template: what it makes, what it asks for, whose it is; and the way to use it. */
export function TemplateRow({ template, canUse, onUse, onEdit }: TemplateRowProps) {
  const { kind, name, description, variables, createdBy, updatedAt } = template;
  return (
    <li className="flex items-center gap-3 px-4 py-2.5">
      <div className="min-w-0 grow">
        <p className="flex min-w-0 flex-wrap items-center gap-2">
          <span className="min-w-0 text-app font-medium break-words">{name}</span>
          <Badge>{kindWords[kind]}</Badge>
        </p>
        {description ? <p className="text-app text-pretty break-words text-muted">{description}</p> : null}
        <p className="text-small text-muted">
          {variables.length === 0 ? "Asks for nothing" : `Asks for ${variables.map(labelOf).join(", ")}`} · kept by{" "}
          {createdBy.name}, <RelativeTime at={updatedAt} />
        </p>
      </div>
      {canUse ? (
        <>
          <Button size="sm" onClick={onUse} aria-label={`Use ${name}`}>
            Use
          </Button>
          <TemplateMenu template={template} onEdit={onEdit} />
        </>
      ) : null}
    </li>
  );
}

function TemplateMenu({ template, onEdit }: { template: Template; onEdit: () => void }) {
  const { id: templateId, kind, name, createdBy } = template;
  const { org } = useParams<{ org: string }>();
  const { me, can } = useMe();
  const router = useRouter();
  const [isRemoving, setRemoving] = useState(false);
  const remove = useChange(useTRPC().templates.remove.mutationOptions(), {
    done: () => `${name} is removed`,
    refused: "The template was not removed",
  });
  const isOwn = createdBy.id === me?.id || can("teams:manage");
  if (!isOwn && kind !== "task") return null;
  return (
    <>
      <Menu align="end" trigger={<IconButton label={`Actions of ${name}`} icon={<Ellipsis />} size="sm" />}>
        {kind === "task" ? (
          <MenuItem
            icon={<CalendarClock />}
            onSelect={() => router.push(`${settingsHref(org, "schedules")}?template=${templateId}`)}
          >
            Schedule…
          </MenuItem>
        ) : null}
        {isOwn ? (
          <>
            <MenuItem icon={<Pencil />} onSelect={onEdit}>
              Change…
            </MenuItem>
            <MenuSeparator />
            <MenuItem icon={<Trash2 />} danger onSelect={() => setRemoving(true)}>
              Remove…
            </MenuItem>
          </>
        ) : null}
      </Menu>
      <ConfirmDialog
        open={isRemoving}
        onOpenChange={setRemoving}
        title={`Remove ${name}?`}
        verb="Remove template"
        danger
        onConfirm={() => remove.send({ templateId })}
      >
        Its schedules end with it. Tasks and sessions made from it stay.
      </ConfirmDialog>
    </>
  );
}
