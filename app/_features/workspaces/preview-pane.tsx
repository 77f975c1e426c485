"use client";

import { ExternalLink, Globe, RotateCw } from "lucide-react";
import { parseAsInteger, parseAsStringLiteral, useQueryState } from "nuqs";
import { type SubmitEvent, useEffect, useRef, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useTRPCClient } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { EmptyState, ErrorState } from "#app/_ui/empty-state.tsx";
import { IconButton } from "#app/_ui/icon-button.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Segmented } from "#app/_ui/segmented.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { toast } from "#app/_ui/toast.ts";
import type { PaneProps } from "./pane-props.ts";
import { PreviewPorts } from "./preview-ports.tsx";

const places = ["terminal", "agent"] as const;

/**
 * What a program serves that runs in a terminal or that the agent started, as a page of a host of its own. Which port is
 * in the address of our page, so it is there again after a look at something else.
 */
export function PreviewPane({ workspaceId, sessionId }: PaneProps) {
  const api = useTRPCClient();
  const [port, setPort] = useQueryState("port", parseAsInteger);
  const [of, setOf] = useQueryState("of", parseAsStringLiteral(places).withDefault("terminal"));
  const [loads, setLoads] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const whose = of === "agent" ? { sessionId } : {};
  const addressOf = async (wanted: number): Promise<string> => {
    return (await api.terminals.openPreview.mutate({ workspaceId, port: wanted, ...whose })).url;
  };
  const show = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const wanted = Number(new FormData(event.currentTarget).get("port"));
    if (!Number.isInteger(wanted) || wanted < 1 || wanted > 65_535) return;
    void setPort(wanted);
    setLoads(loads + 1);
  };
  const choose = (wanted: number) => {
    if (field.current) field.current.value = String(wanted);
    void setPort(wanted);
  };
  const openTab = async (wanted: number) => {
    // Opened before anything is awaited: a browser blocks what does not follow a press at once.
    const tab = window.open("about:blank", "_blank");
    if (!tab) {
      toast.error("The browser did not open a tab");
      return;
    }
    tab.opener = null;
    try {
      tab.location.replace(await addressOf(wanted));
    } catch (error) {
      tab.close();
      toast.error("The preview was not opened", { description: refusalOf(error) });
    }
  };
  return (
    <div className="flex h-full min-h-0 flex-col">
      <form
        onSubmit={show}
        className="flex h-9 shrink-0 items-center gap-1.5 overflow-x-auto border-b px-2 [scrollbar-width:none] coarse:h-13"
      >
        <Segmented
          label="Whose program"
          options={[
            { value: "terminal", label: "Terminal" },
            { value: "agent", label: "Agent" },
          ]}
          value={of}
          onValueChange={(value) => void setOf(value)}
        />
        <label className="flex items-center gap-1.5 text-small text-muted">
          Port
          <Input
            ref={field}
            name="port"
            type="number"
            inputMode="numeric"
            min={1}
            max={65_535}
            required
            defaultValue={port ?? undefined}
            placeholder="8000"
            data-pane-focus=""
            className="h-7 w-20 tabular-nums [appearance:textfield] [&::-webkit-inner-spin-button]:appearance-none"
          />
        </label>
        <Button type="submit" size="sm">
          Show
        </Button>
        <span className="grow" />
        {port === null ? null : (
          <>
            <IconButton size="sm" label="Load again" icon={<RotateCw />} onClick={() => setLoads(loads + 1)} />
            <IconButton
              size="sm"
              label="Open in a new tab"
              icon={<ExternalLink />}
              onClick={() => void openTab(port)}
            />
          </>
        )}
      </form>
      {port === null ? (
        <EmptyState
          icon={<Globe />}
          title="Nothing is shown yet"
          action={<PreviewPorts workspaceId={workspaceId} {...whose} onChoose={choose} />}
        >
          Start a server in a terminal, or let the agent start one. The ports that something listens on stand here as
          buttons; it is shown on a host of its own, apart from this page.
        </EmptyState>
      ) : (
        <PreviewFrame
          key={`${of} ${port} ${loads}`}
          label={`Port ${port}`}
          address={() => addressOf(port)}
          onAgain={() => setLoads(loads + 1)}
        />
      )}
    </div>
  );
}

type PreviewFrameProps = { label: string; address: () => Promise<string>; onAgain: () => void };

/** One load of a preview: its address is good for once. */
function PreviewFrame({ label, address, onAgain }: PreviewFrameProps) {
  const [asked] = useState(() => address);
  const [url, setUrl] = useState<string>();
  const [refusal, setRefusal] = useState<string>();
  useEffect(() => {
    let isGone = false;
    asked().then(
      (found) => isGone || setUrl(found),
      (error: unknown) => isGone || setRefusal(refusalOf(error)),
    );
    return () => {
      isGone = true;
    };
  }, [asked]);
  if (refusal !== undefined) {
    return (
      <ErrorState title="It cannot be shown" action={<Button onClick={onAgain}>Try again</Button>}>
        {refusal}
      </ErrorState>
    );
  }
  if (url === undefined) return <SkeletonRows count={6} label="Opening the preview" />;
  return (
    <iframe
      title={label}
      src={url}
      // Its host is not ours, so its own origin is what it may keep; it may not take the whole page elsewhere.
      sandbox="allow-scripts allow-same-origin allow-forms allow-modals allow-popups allow-downloads"
      referrerPolicy="no-referrer"
      // Pages that say nothing of their colours expect white paper.
      className="min-h-0 w-full grow bg-paper scheme-light"
    />
  );
}
