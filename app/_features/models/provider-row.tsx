"use client";

import { Ban, CircleCheck, CirclePause, Ellipsis, KeyRound, Trash2, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ConfirmDialog } from "#app/_ui/alert-dialog.tsx";
import { Badge } from "#app/_ui/badge.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Menu, MenuItem, MenuSeparator } from "#app/_ui/menu.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import type { Credential } from "#server/credentials/schema.ts";
import { apiWords } from "./model-words.ts";
import { RotateKeyDialog } from "./rotate-key-dialog.tsx";

/** One provider: whether it is called now and if not why, where it is, what it offers. */
export function ProviderRow({ credential, isOwn = false }: { credential: Credential; isOwn?: boolean }) {
  const { provider, form, api, baseUrl, lastFour, models, goneModels, testAnswer, problem, updatedAt } = credential;
  return (
    <li aria-label={provider} className="flex items-start gap-3 border-b px-4 py-3 last:border-b-0">
      <div className="min-w-0 grow">
        <p className="flex min-w-0 flex-wrap items-center gap-2">
          <span className="min-w-0 truncate text-app font-medium">{provider}</span>
          <Badge>{apiWords[api]}</Badge>
          <State credential={credential} />
        </p>
        <p className="mt-0.5 truncate font-mono text-small text-muted">
          {baseUrl}
          {form === "sign_in" ? " · signed in" : isOwn ? "" : lastFour === null ? " · no key" : ` · …${lastFour}`}
        </p>
        <Trouble credential={credential} isOwn={isOwn} />
        <p className="mt-0.5 text-small text-muted">
          Saved <RelativeTime at={updatedAt} />. {problem === testAnswer ? "" : testAnswer}
        </p>
        {models.length > 0 ? <Offered provider={provider} models={models} gone={goneModels} /> : null}
      </div>
      <Actions credential={credential} isOwn={isOwn} />
    </li>
  );
}

function State({ credential: { status, pausedUntil } }: { credential: Credential }) {
  if (status === "refused")
    return (
      <Badge tone="danger" icon={<Ban />}>
        Turned off
      </Badge>
    );
  if (pausedUntil)
    return (
      <Badge tone="warning" icon={<CirclePause />}>
        Paused
      </Badge>
    );
  return (
    <Badge tone="success" icon={<CircleCheck />}>
      Working
    </Badge>
  );
}

function Trouble({
  credential: { status, problem, pausedUntil, pauseReason, goneModels },
  isOwn,
}: {
  credential: Credential;
  isOwn: boolean;
}) {
  if (status === "refused") {
    return (
      <p className="mt-1 text-app text-pretty break-words text-danger">
        {problem ?? "The key is refused, without saying why."}{" "}
        {isOwn
          ? "Your sessions wait until you replace it or sign in again, or remove it and go with the organization's."
          : "Nothing is called there until you replace it; work goes to the next model of its tier."}
      </p>
    );
  }
  return (
    <>
      {pausedUntil ? (
        <p className="mt-1 text-app text-pretty break-words">
          Left alone, again <RelativeTime at={pausedUntil} />: {pauseReason}
        </p>
      ) : null}
      {goneModels.length > 0 ? (
        <p className="mt-1 flex items-start gap-1.5 text-app break-words text-warning">
          <TriangleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
          <span>It does not know any more: {goneModels.join(", ")}. Choose other models.</span>
        </p>
      ) : null}
    </>
  );
}

function Offered({ provider, models, gone }: { provider: string; models: readonly string[]; gone: readonly string[] }) {
  return (
    <details className="mt-1 text-small">
      <summary className="w-fit cursor-pointer rounded-sm text-muted hover:text-ink">
        {models.length === 1 ? "1 model" : `${models.length} models`}
      </summary>
      <ul className="mt-1 flex max-h-48 flex-wrap gap-x-4 gap-y-0.5 overflow-y-auto" tabIndex={0} aria-label="Models">
        {models.map((model) => (
          <li key={model} className="font-mono break-all">
            {provider}/{model}
            {gone.includes(model) ? " (gone)" : ""}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Actions({ credential, isOwn }: { credential: Credential; isOwn: boolean }) {
  const { id, provider } = credential;
  const [open, setOpen] = useState<"rotate" | "remove" | null>(null);
  const close = () => setOpen(null);
  const trpc = useTRPC().credentials;
  const words = { done: () => `The key of ${provider} is forgotten`, refused: "The key was not removed" };
  const remove = useChange(trpc.remove.mutationOptions(), words);
  const removeOwn = useChange(trpc.removeOwn.mutationOptions(), words);
  return (
    <>
      <Menu
        align="end"
        trigger={
          <IconButton label={`Actions of ${isOwn ? `your ${provider}` : provider}`} icon={<Ellipsis />} size="sm" />
        }
      >
        {credential.form === "key" ? (
          <>
            <MenuItem icon={<KeyRound />} onSelect={() => setOpen("rotate")}>
              Replace the key…
            </MenuItem>
            <MenuSeparator />
          </>
        ) : null}
        <MenuItem icon={<Trash2 />} danger onSelect={() => setOpen("remove")}>
          Remove…
        </MenuItem>
      </Menu>
      {open === "rotate" ? <RotateKeyDialog credential={credential} isOwn={isOwn} onClose={close} /> : null}
      <ConfirmDialog
        open={open === "remove"}
        onOpenChange={(next) => (next ? undefined : close())}
        title={isOwn ? `Remove your key of ${provider}?` : `Remove ${provider}?`}
        verb={isOwn ? "Remove my key" : "Remove provider"}
        danger
        onConfirm={() => (isOwn ? removeOwn : remove).send({ credentialId: id })}
      >
        {isOwn
          ? "It is forgotten. Your sessions go with the organization's key again, where it has one."
          : "Its key is forgotten and nothing is called there any more. Work goes to the next model of its tier, and waits where there is none. What was spent stays on record."}
      </ConfirmDialog>
    </>
  );
}
