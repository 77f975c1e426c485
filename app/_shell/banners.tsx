"use client";

import { format } from "date-fns/format";
import { Coins, Moon, Pause } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { Banner } from "#app/_ui/banner.tsx";
import { Button, buttonClass } from "#app/_ui/button.tsx";
import { money } from "#app/_ui/format.ts";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { toast } from "#app/_ui/toast.ts";
import type { ShellStatus, Spend } from "./shell-props.ts";

/** What a person must know before they read on: paused, disconnected, open to everyone on this machine. */
export function Banners({ status }: { status: ShellStatus }) {
  return (
    <>
      {status.pause ? <PausedBanner status={status} pause={status.pause} /> : null}
      {status.spend?.state === "stopped" || status.spend?.isAsked ? <SpentBanner spend={status.spend} /> : null}
      {status.closed && !status.pause ? <ClosedBanner opensAt={status.closed.opensAt} /> : null}
      {status.connection === "offline" ? (
        <Banner tone="warning" title="You are offline.">
          What you see may have changed since. It refreshes by itself once the connection is back.
        </Banner>
      ) : null}
      {status.authOff ? (
        <Banner tone="info" title="Sign-in is off.">
          Everyone who can reach this address on this machine is the owner.
        </Banner>
      ) : null}
    </>
  );
}

/** A cap also stops while a little is left of it: less than the next call may cost. */
function SpentBanner({ spend: { spentMicros, capMicros, when, whose, state, raiseHref } }: { spend: Spend }) {
  const isLeft = spentMicros < capMicros;
  return (
    <Banner
      tone="danger"
      icon={<Coins />}
      title={`The money of ${whose} ${when} ${isLeft ? "does not suffice" : "is used up"}.`}
      action={
        raiseHref ? (
          <Link href={raiseHref} className={buttonClass("secondary", "sm")}>
            Raise the cap
          </Link>
        ) : (
          <span className="text-small">An owner or admin can raise it.</span>
        )
      }
    >
      {money(spentMicros)} of {money(capMicros)} is spent
      {isLeft
        ? `, and an agent's next call may cost more than is left. ${state === "stopped" ? "Nothing new starts." : "It waits for an answer."}`
        : ". Nothing new starts, and no call is paid for."}
    </Banner>
  );
}

/** Agents rest; people do as they like. The time is the reader's own. */
function ClosedBanner({ opensAt }: { opensAt: string | null }) {
  return (
    <Banner tone="info" icon={<Moon />} title="Outside of working hours.">
      Agents of this team take nothing new{opensAt ? ` until ${format(new Date(opensAt), "EEEE HH:mm")}` : ""}. What
      runs goes on.
    </Banner>
  );
}

function PausedBanner({ status, pause }: { status: ShellStatus; pause: NonNullable<ShellStatus["pause"]> }) {
  const [resuming, setResuming] = useState(false);
  const resume = async () => {
    setResuming(true);
    try {
      await status.onResume?.();
    } catch (error) {
      toast.error("Still paused", { description: error instanceof Error ? error.message : "Try again." });
    } finally {
      setResuming(false);
    }
  };
  return (
    <Banner
      tone="warning"
      icon={<Pause />}
      title={`${pause.scope === "team" ? "This team" : "The organization"} is ${pause.mode === "hard" ? "stopped" : "paused"}.`}
      action={
        status.canPause && status.onResume ? (
          <Button size="sm" loading={resuming} onClick={resume}>
            Resume
          </Button>
        ) : (
          <span className="text-small">An admin can resume it.</span>
        )
      }
    >
      {pause.mode === "hard"
        ? "What ran was taken back, and nothing starts."
        : "Nothing new starts; what runs goes on."}{" "}
      {pause.by} {pause.mode === "hard" ? "stopped" : "paused"} it <RelativeTime at={pause.since} />
      {pause.reason ? `: ${pause.reason}` : "."}
    </Banner>
  );
}
