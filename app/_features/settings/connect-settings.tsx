"use client";

import Link from "next/link";
import { useParams } from "next/navigation";
import { ConnectAgent } from "#app/_features/agents/connect-agent.tsx";
import { settingsHref } from "#app/_shell/rooms.ts";
import { linkClass } from "#app/_ui/link.tsx";
import { Section, SettingsPage } from "./settings-page.tsx";

/** The ways to bring an agent here, with a placeholder for its key. */
export function ConnectSettings() {
  const { org } = useParams<{ org: string }>();
  return (
    <SettingsPage
      title="Connect an agent"
      lead="Any MCP client can work here: it claims a task, pushes a branch, asks for review."
    >
      <Section
        title="Your client"
        lead={
          <>
            Each agent comes with a key of its own.{" "}
            <Link href={`${settingsHref(org, "api-keys")}?new=true`} className={linkClass}>
              Make a key
            </Link>{" "}
            and the same lines appear with the key filled in.
          </>
        }
      >
        <ConnectAgent />
      </Section>
    </SettingsPage>
  );
}
