"use client";

import { BookmarkCheck } from "lucide-react";
import { useMe } from "#app/_features/members/use-me.ts";
import { useActions } from "#app/_shell/actions.tsx";
import { useLateOpen } from "#app/_shell/use-late-open.ts";
import { Button } from "#app/_ui/button.tsx";
import { AlwaysAllowDialog } from "./always-allow-dialog.tsx";
import type { Answer, HumanRequest } from "./inbox-types.ts";
import { ToolAlwaysDialog } from "./tool-always-dialog.tsx";
import type { Always } from "./use-answer.ts";

type AlwaysAllowProps = {
  request: HumanRequest;
  /** @returns whether it was taken. */
  onAnswer: (answer: Answer, always: Always) => Promise<boolean>;
};

/** The way from a yes to a yes for good, where there is one: of a tool exactly what was asked, else an action by its name. */
export function AlwaysAllow({ request, onAnswer }: AlwaysAllowProps) {
  const { can } = useMe();
  const late = useLateOpen();
  const isOfTool = request.sessionId !== null && request.action?.name.startsWith("tool.") === true;
  // What no pattern names exactly cannot be allowed for good.
  const isNamed = !isOfTool || request.lasting !== null;
  const isPossible =
    isNamed &&
    request.status === "pending" &&
    request.action !== null &&
    can(isOfTool ? "request:answer" : "policies:manage");
  useActions([
    {
      id: "request.always",
      title: "Always allow this…",
      group: "Answer",
      keys: "shift+a",
      when: () => isPossible,
      run: () => late.setOpen(true),
    },
  ]);
  if (!isPossible) return null;
  const TheDialog = isOfTool ? ToolAlwaysDialog : AlwaysAllowDialog;
  return (
    <>
      <Button
        variant="ghost"
        size="sm"
        icon={<BookmarkCheck className="size-3.5" />}
        onClick={() => late.setOpen(true)}
      >
        Always allow this…
      </Button>
      {late.wasOpened ? (
        <TheDialog
          key={late.open ? "open" : "closed"}
          request={request}
          open={late.open}
          onOpenChange={late.setOpen}
          onAllow={async (chosen) => {
            if (await onAnswer({ approved: true }, chosen)) late.setOpen(false);
          }}
        />
      ) : null}
    </>
  );
}
