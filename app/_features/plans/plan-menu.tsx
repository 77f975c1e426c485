"use client";

import { useQueryClient } from "@tanstack/react-query";
import { Copy, Download, Ellipsis, PencilLine, Wallet } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { downloadText } from "#app/_features/audit/download.ts";
import { useMe } from "#app/_features/members/use-me.ts";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Menu, MenuItem } from "#app/_ui/menu.tsx";
import { toast } from "#app/_ui/toast.ts";
import type { PlanDetail } from "#server/plans/schema.ts";
import { PlanSettingsDialog } from "./plan-settings-dialog.tsx";

/** What is seldom done to a plan: its budget, a file of it, another one like it. */
export function PlanMenu({ plan, plansHref }: { plan: PlanDetail; plansHref: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const cache = useQueryClient();
  const { can } = useMe();
  const [open, setOpen] = useState(false);
  const clone = useChange(trpc.plans.clone.mutationOptions(), { refused: "The plan was not cloned" });
  const revise = useChange(trpc.plans.revise.mutationOptions(), { refused: "The plan is not changed" });
  const isOver = plan.status === "completed" || plan.status === "cancelled";
  const canChange = can("task:manage") && !isOver;
  const canRevise = canChange && plan.approvedVersion !== null && plan.revision === null;
  const change = () => void revise.apply({ planId: plan.id });
  const save = async (format: "json" | "markdown") => {
    const file = await cache.query(trpc.plans.export.queryOptions({ planId: plan.id, format }));
    downloadText(file.fileName, format === "json" ? "application/json" : "text/markdown", file.content);
  };
  const again = async () => {
    const made = await clone.send({ planId: plan.id }).catch((error: unknown) => {
      toast.error("The plan was not cloned", { description: refusalOf(error) });
    });
    if (made) router.push(`${plansHref}/${made.plan.id}`);
  };
  const isWritten = plan.latestVersion > 0;
  useActions([
    {
      ...{ id: "plan.settings", title: "Budget and agents of the plan", group: "Plans", icon: <Wallet /> },
      ...{ when: () => canChange, run: () => setOpen(true) },
    },
    {
      ...{ id: "plan.revise", title: "Change the running plan", group: "Plans", icon: <PencilLine /> },
      ...{ when: () => canRevise, run: change },
    },
    {
      ...{ id: "plan.export", title: "Save the plan as JSON", group: "Plans", icon: <Download /> },
      ...{ when: () => isWritten, run: () => void save("json") },
    },
    {
      ...{ id: "plan.clone", title: "Plan the same again", group: "Plans", icon: <Copy /> },
      ...{ when: () => can("task:manage"), run: () => void again() },
    },
  ]);
  return (
    <>
      <Menu align="end" trigger={<IconButton size="sm" label="More of the plan" icon={<Ellipsis />} />}>
        {canChange ? (
          <MenuItem icon={<Wallet />} onSelect={() => setOpen(true)}>
            Budget and agents
          </MenuItem>
        ) : null}
        {canRevise ? (
          <MenuItem icon={<PencilLine />} onSelect={change}>
            Change the plan
          </MenuItem>
        ) : null}
        {isWritten ? (
          <MenuItem icon={<Download />} onSelect={() => void save("json")}>
            Save as JSON
          </MenuItem>
        ) : null}
        {isWritten ? (
          <MenuItem icon={<Download />} onSelect={() => void save("markdown")}>
            Save as Markdown
          </MenuItem>
        ) : null}
        {can("task:manage") ? (
          <MenuItem icon={<Copy />} onSelect={() => void again()}>
            Plan the same again
          </MenuItem>
        ) : null}
      </Menu>
      {open ? <PlanSettingsDialog plan={plan} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
