"use client";

import { KeyRound } from "lucide-react";
import { useState, useSyncExternalStore } from "react";
import { Banner } from "#app/_ui/banner.tsx";
import { buttonClass } from "#app/_ui/button.tsx";
import { CodeBlock } from "#app/_ui/code-block.tsx";
import { TabPanel, Tabs } from "#app/_ui/tabs.tsx";
import { connectSnippets, keyPlaceholder } from "./connect-snippets.ts";

/**
 * How an agent comes here: one tab per client, each ready to copy. With a new key, the key itself first: it is never
 * shown again. Without one, a placeholder stands in its place.
 */
export function ConnectAgent({ apiKey }: { apiKey?: string }) {
  const [client, setClient] = useState("claude-code");
  const snippets = connectSnippets(useOrigin(), apiKey ?? keyPlaceholder);
  return (
    <div className="flex flex-col gap-4">
      {apiKey ? (
        <>
          <Banner tone="warning" inset title="Copy the key now." icon={<KeyRound />}>
            It is shown this once and cannot be read again. If it gets lost, revoke it and make another.
          </Banner>
          <CodeBlock title="API key" code={apiKey} wrap />
        </>
      ) : (
        <p className="text-app text-muted">
          Put the agent’s own key where it says <code className="font-mono text-small">{keyPlaceholder}</code>.
        </p>
      )}
      <Tabs
        label="Clients"
        tabs={snippets.map(({ id, label }) => ({ value: id, label }))}
        value={client}
        onValueChange={setClient}
      >
        {snippets.map(({ id, how, file, code, install }) => (
          <TabPanel key={id} value={id}>
            <div className="flex min-h-56 flex-col gap-3 pt-3">
              <p className="text-app text-pretty text-muted">{how}</p>
              {install ? (
                <a href={install.href} className={`${buttonClass("secondary")} self-start`}>
                  {install.label}
                </a>
              ) : null}
              <CodeBlock title={file} code={code} wrap={id === "claude-code"} />
            </div>
          </TabPanel>
        ))}
      </Tabs>
    </div>
  );
}

/** The address people reach this server by: the one in their browser. Unknown while the server renders. */
function useOrigin(): string {
  return useSyncExternalStore(
    () => () => undefined,
    () => window.location.origin,
    () => "http://localhost:3000",
  );
}
