"use client";

import { Lock, LockOpen, UserX } from "lucide-react";
import { useState } from "react";
import { useChange } from "#app/_features/settings/use-change.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Combobox } from "#app/_ui/combobox.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import type { ChannelInfo } from "#server/channels/schema.ts";
import { AccessRequests } from "./access-requests.tsx";
import { AskAccess } from "./ask-access.tsx";
import { rulesOf } from "./channel-words.ts";
import { Part } from "./panel-part.tsx";
import type { useHandles } from "./use-handles.ts";

type AccessPanelProps = { channel: ChannelInfo; isOwn: boolean } & ReturnType<typeof useHandles>;

/** Who may hear a channel; for its owner also the lock, the grants and what others ask for. */
export function AccessPanel({ channel, isOwn, faces, handles }: AccessPanelProps) {
  return (
    <>
      <Part title="Who hears it">
        <p className="text-app text-pretty text-muted">{rulesOf(channel)}</p>
        {isOwn ? <LockButton channel={channel} /> : null}
        {!isOwn && channel.locked && channel.maySubscribe ? (
          <p className="text-app text-muted">You were granted it.</p>
        ) : null}
      </Part>
      {!isOwn && !channel.maySubscribe ? <AskAccess channel={channel} /> : null}
      {isOwn ? (
        <>
          <AccessRequests channel={channel} faces={faces} />
          <Grants channel={channel} faces={faces} handles={handles} />
        </>
      ) : null}
    </>
  );
}

function LockButton({ channel: { channel, locked } }: { channel: ChannelInfo }) {
  const trpc = useTRPC();
  const lock = useChange(trpc.channels.lock.mutationOptions(), {
    done: ({ ended }) =>
      ended
        ? "Locked. Nobody you did not grant hears anything more"
        : "Locked. The realtime host is away and speaks to nobody",
    refused: "The channel was not locked",
  });
  const unlock = useChange(trpc.channels.unlock.mutationOptions(), {
    done: () => "Unlocked. All of the organization may listen",
    refused: "The channel stays locked",
  });
  return locked ? (
    <Button
      className="self-start"
      icon={<LockOpen className="size-4" />}
      loading={unlock.isPending}
      onClick={() => void unlock.apply({ channel })}
    >
      Unlock for all
    </Button>
  ) : (
    <Button
      className="self-start"
      icon={<Lock className="size-4" />}
      loading={lock.isPending}
      onClick={() => void lock.apply({ channel })}
    >
      Lock to those granted
    </Button>
  );
}

function Grants({ channel, faces, handles }: Omit<AccessPanelProps, "isOwn">) {
  const trpc = useTRPC();
  const [chosen, setChosen] = useState<string | null>(null);
  const grant = useChange(trpc.channels.grant.mutationOptions(), {
    done: (_, { handle }) => `${handle} may hear it`,
    refused: "Nobody was granted it",
  });
  const revoke = useChange(trpc.channels.revoke.mutationOptions(), {
    done: (_, { handle }) => `${handle} hears nothing more of it while it is locked`,
    refused: "The grant was not taken back",
  });
  const granted = channel.grants ?? [];
  const others = handles.filter(({ handle }) => handle !== channel.owner && !granted.includes(handle));
  return (
    <Part title={channel.locked ? "Granted" : "Granted, for when it is locked"}>
      {granted.length === 0 ? <p className="text-app text-muted">Nobody yet.</p> : null}
      <ul aria-label="Granted" className="flex flex-col">
        {granted.map((handle) => (
          <li key={handle} className="flex min-h-8 items-center gap-2 text-app">
            <ActorAvatar kind={faces(handle).kind} name={faces(handle).name} size={20} decorative />
            <span className="min-w-0 grow truncate">{faces(handle).name}</span>
            <IconButton
              size="sm"
              label={`Revoke ${faces(handle).name}`}
              icon={<UserX />}
              loading={revoke.isPending}
              onClick={() => void revoke.apply({ channel: channel.channel, handle })}
            />
          </li>
        ))}
      </ul>
      <form
        className="flex items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (!chosen) return;
          void grant.apply({ channel: channel.channel, handle: chosen });
          setChosen(null);
        }}
      >
        <div className="min-w-0 grow">
          <Combobox
            label="An agent or a person"
            placeholder="An agent or a person"
            options={others.map(({ handle, name, kind }) => ({
              value: handle,
              label: name === handle ? name : `${name} (${handle})`,
              icon: <ActorAvatar kind={kind} name={name} size={16} decorative />,
            }))}
            value={chosen}
            onValueChange={setChosen}
          />
        </div>
        <Button type="submit" disabled={!chosen} loading={grant.isPending}>
          Grant
        </Button>
      </form>
      <p className="text-small text-muted">A grant lets somebody listen. It never lets them publish.</p>
    </Part>
  );
}
