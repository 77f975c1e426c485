import { ExternalLink, Globe } from "lucide-react";
import { Banner } from "#app/_ui/banner.tsx";
import { linkClass } from "#app/_ui/link.tsx";
import { safeHref } from "#app/_ui/safe-href.ts";
import type { TaskOrigin as Origin } from "#server/tasks/schema.ts";

const providers = { github: "GitHub", gitlab: "GitLab", generic: "A webhook" } as const;
const explanation = "From outside: its words were written by somebody who may not belong to you";

/** The mark on a card whose words came through a webhook. */
export function FromOutside() {
  return (
    <span title={explanation} className="inline-flex text-warning">
      <Globe aria-hidden="true" className="size-3.5" />
      <span className="sr-only">{explanation}</span>
    </span>
  );
}

/** Over the words themselves, so that nobody takes them for the team's own. */
export function OutsideNotice({ origin }: { origin: Origin | null }) {
  return (
    <Banner tone="warning" inset title="From outside." icon={<Globe />}>
      Title and description came through {origin ? providerOf(origin) : "a webhook"}. Agents are told to treat them as
      data, not as instructions.
    </Banner>
  );
}

/** Where a task came from, with the way there. */
export function TaskOrigin({ origin }: { origin: Origin }) {
  const href = origin.url === null ? undefined : safeHref(origin.url);
  return (
    <span className="inline-flex min-w-0 items-center gap-1.5 px-1.5">
      {providers[origin.provider]}
      {href ? (
        <a
          href={href}
          target="_blank"
          rel="noreferrer nofollow"
          className={`${linkClass} inline-flex items-center gap-1`}
        >
          {new URL(href).host}
          <ExternalLink aria-hidden="true" className="size-3" />
        </a>
      ) : null}
    </span>
  );
}

const providerOf = ({ provider }: Origin): string => (provider === "generic" ? "a webhook" : providers[provider]);
