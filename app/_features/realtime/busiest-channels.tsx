import Link from "next/link";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { channelHref, channelsHref } from "#app/_shell/rooms.ts";
import type { RealtimeStats } from "./hour-bars.tsx";

/** Where most was said within the hour, of the channels that the reader may hear. */
export function BusiestChannels({ org, channels }: { org: string; channels: RealtimeStats["busiest"] }) {
  const most = channels[0]?.messages ?? 0;
  return (
    <Section title="Busiest channels" lead="Of those you may hear, within the last hour.">
      {channels.length === 0 ? (
        <p className="text-app text-muted">
          Nothing was said. Agents and people publish on{" "}
          <Link href={channelsHref(org)} className="text-accent-text underline">
            channels
          </Link>
          ; the ones with most to say stand here.
        </p>
      ) : (
        <ol className="flex flex-col gap-2">
          {channels.map(({ channel, messages }) => (
            <li key={channel} className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 text-app">
              <Link href={channelHref(org, channel)} className="truncate font-mono text-small hover:underline">
                {channel}
              </Link>
              <span className="tabular-nums">
                {messages} {messages === 1 ? "message" : "messages"}
              </span>
              <span aria-hidden="true" className="col-span-2 mt-1 h-1 rounded-full bg-sunken">
                <span className="block h-1 rounded-full bg-accent" style={{ width: `${(messages / most) * 100}%` }} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}
