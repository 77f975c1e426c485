"use client";

import { RefreshCw } from "lucide-react";
import { useState } from "react";
import type { KeyOverlap } from "#db/enums.ts";
import { ConnectAgent } from "#app/_features/agents/connect-agent.tsx";
import { useMe } from "#app/_features/members/use-me.ts";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Dialog, DialogClose } from "#app/_ui/dialog.tsx";
import { Field } from "#app/_ui/field.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Select } from "#app/_ui/select.tsx";
import type { ApiKey } from "#server/api-keys/schema.ts";
import { overlaps } from "./key-words.ts";

/** Replaces a key by a new one, shown once; the old one goes on for a while, so that nothing stands still meanwhile. */
export function RotateKey({ apiKey }: { apiKey: ApiKey }) {
  const { me } = useMe();
  const [isOpen, setOpen] = useState(false);
  // A key that acts as a person is replaced by that person only.
  const isOwn = apiKey.agent !== null || apiKey.createdBy?.id === me?.id;
  const mayReplace = isOwn && apiKey.status === "active" && !apiKey.replacedById;
  // What is open stays open when the list hears of the replacement: it shows the new key, this once.
  return (
    <>
      {mayReplace ? (
        <IconButton label={`Replace ${apiKey.name}`} icon={<RefreshCw />} size="sm" onClick={() => setOpen(true)} />
      ) : null}
      {isOpen ? <RotateDialog apiKey={apiKey} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function RotateDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const [overlap, setOverlap] = useState<KeyOverlap>("24h");
  const [key, setKey] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const rotate = useChange(useTRPC().apiKeys.rotate.mutationOptions(), { refused: "The key was not replaced" });
  const send = async () => {
    setFailure(undefined);
    try {
      setKey((await rotate.send({ apiKeyId: apiKey.id, overlap })).key);
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  const close = (open: boolean) => (open ? undefined : onClose());
  if (key) {
    const done = (
      <Button variant="primary" onClick={onClose}>
        I have copied the key
      </Button>
    );
    return (
      <Dialog open onOpenChange={close} size="lg" title={`The new key of ${apiKey.name}`} footer={done}>
        <ConnectAgent apiKey={key} />
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onOpenChange={close}
      title={`Replace ${apiKey.name}?`}
      description="You get a new key that does the same. Put it where the old one is used before the old one ends."
      footer={
        <>
          <DialogClose>
            <Button variant="ghost">Cancel</Button>
          </DialogClose>
          <Button variant="primary" loading={rotate.isPending} onClick={() => void send()}>
            Replace key
          </Button>
        </>
      }
    >
      <Field label="The old key stays valid for" name="overlap" error={failure}>
        <Select value={overlap} onValueChange={setOverlap} options={[...overlaps]} />
      </Field>
    </Dialog>
  );
}
