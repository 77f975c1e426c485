"use client";

import { Dialog } from "#app/_ui/dialog.tsx";
import { toast } from "#app/_ui/toast.ts";
import type { Card } from "#server/tasks/schema.ts";
import { MessageForm } from "#app/_features/messages/message-form.tsx";

/** A message about a task, without leaving the list. */
export function MessageDialog({ task, onClose }: { task: Card; onClose: () => void }) {
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={`Message about #${task.number}`}
      description={task.title}
    >
      <MessageForm
        topic={{ task }}
        onSent={() => {
          toast.success("Message sent");
          onClose();
        }}
      />
    </Dialog>
  );
}
