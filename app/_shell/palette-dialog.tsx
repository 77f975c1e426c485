"use client";

import { Dialog } from "@base-ui/react/dialog";
import clsx from "clsx";
import { Command, defaultFilter } from "cmdk";
import { CornerDownLeft, Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useState } from "react";
import { backdropClass, popupClass, viewportClass } from "#app/_ui/dialog.tsx";
import { Kbd } from "#app/_ui/kbd.tsx";
import { type Action, canRun, groupActions } from "./action-registry.ts";
import { useAvailableActions } from "./actions.tsx";
import type { SearchHit } from "./shell-props.ts";

type PaletteDialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  search?: (query: string) => Promise<readonly SearchHit[]>;
};

/** The palette itself. Focus goes back where it was when it closes. */
export function PaletteDialog({ open, onOpenChange, search }: PaletteDialogProps) {
  const [query, setQuery] = useState("");
  return (
    <Dialog.Root
      open={open}
      onOpenChange={onOpenChange}
      onOpenChangeComplete={(isOpen) => (isOpen ? undefined : setQuery(""))}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className={backdropClass} />
        <Dialog.Viewport className={viewportClass}>
          <Dialog.Popup className={clsx(popupClass, "overflow-hidden sm:max-w-xl")}>
            <Dialog.Title className="sr-only">Search or run a command</Dialog.Title>
            <Palette query={query} onQueryChange={setQuery} search={search} onClose={() => onOpenChange(false)} />
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

type PaletteProps = {
  query: string;
  onQueryChange: (query: string) => void;
  search: PaletteDialogProps["search"];
  onClose: () => void;
};

function Palette({ query, onQueryChange, search, onClose }: PaletteProps) {
  const router = useRouter();
  const hits = useSearch(query, search);
  const actions = useMatchingActions(query);
  const [chosen, setChosen] = useState("");
  const ids = [...actions.map((action) => action.id), ...hits.map((hit) => `hit ${hit.id}`)];
  return (
    <Command
      label="Search or run a command"
      loop
      shouldFilter={false}
      // Something is always chosen, also when what was found arrives after the words: Enter must never do nothing.
      value={ids.includes(chosen) ? chosen : (ids[0] ?? "")}
      onValueChange={setChosen}
      className="flex min-h-0 flex-col"
    >
      <div className="flex items-center gap-2.5 border-b px-4">
        <Search aria-hidden="true" className="size-4 shrink-0 text-faint" />
        <Command.Input
          value={query}
          onValueChange={onQueryChange}
          placeholder="Search tasks, or type a command"
          className="h-12 w-full bg-transparent text-read outline-none placeholder:text-faint coarse:text-title"
        />
      </div>
      <Command.List className="max-h-[50vh] overflow-y-auto p-1.5">
        <Command.Empty className="px-3 py-8 text-center text-app text-muted">
          Nothing is called “{query}”.
        </Command.Empty>
        {[...Map.groupBy(actions, (action) => action.group)].map(([group, members]) => (
          <PaletteGroup key={group} heading={group}>
            {members.map((action) => (
              <PaletteItem
                key={action.id}
                value={action.id}
                icon={action.icon}
                keys={action.keys}
                onSelect={() => {
                  onClose();
                  // After the dialog has given the focus back, so that what runs may take it.
                  setTimeout(() => action.run());
                }}
              >
                {action.title}
              </PaletteItem>
            ))}
          </PaletteGroup>
        ))}
        {hits.length > 0 ? (
          <PaletteGroup heading="Found">
            {hits.map((hit) => (
              <PaletteItem
                key={hit.id}
                value={`hit ${hit.id}`}
                icon={hit.icon}
                hint={hit.hint}
                onSelect={() => {
                  onClose();
                  router.push(hit.href);
                }}
              >
                {hit.title}
              </PaletteItem>
            ))}
          </PaletteGroup>
        ) : null}
      </Command.List>
      <footer className="hidden items-center gap-4 border-t px-4 py-2 text-small text-faint sm:flex">
        <span className="inline-flex items-center gap-1.5">
          <CornerDownLeft aria-hidden="true" className="size-3.5" /> Run
        </span>
        <span className="inline-flex items-center gap-1.5">
          <Kbd keys="escape" /> Back
        </span>
      </footer>
    </Command>
  );
}

// Below this, letters only happen to stand in order somewhere in the title.
const leastScore = 0.05;

function useMatchingActions(query: string): readonly Action[] {
  const actions = useAvailableActions().filter((action) => action.id !== "palette.open" && canRun(action));
  const asked = query.trim();
  // In the order they are shown, so that the first of the list is the one that is chosen.
  if (!asked) return groupActions(actions).flatMap(([, members]) => members);
  return actions
    .map((action) => ({
      action,
      score: defaultFilter(action.title, asked, [action.group, ...(action.keywords ?? [])]),
    }))
    .filter((each) => each.score >= leastScore)
    .sort((left, right) => right.score - left.score)
    .map((each) => each.action);
}

function PaletteGroup({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-micro [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-faint"
    >
      {children}
    </Command.Group>
  );
}

type PaletteItemProps = {
  value: string;
  icon?: ReactNode;
  hint?: string;
  keys?: string;
  onSelect: () => void;
  children: ReactNode;
};

function PaletteItem({ value, icon, hint, keys, onSelect, children }: PaletteItemProps) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex min-h-9 items-center gap-2.5 rounded-md px-2.5 text-app data-[selected=true]:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&>svg]:text-muted"
    >
      {icon ?? <span className="size-4" />}
      <span className="min-w-0 grow truncate">{children}</span>
      {hint ? <span className="shrink-0 text-small text-faint">{hint}</span> : null}
      {keys ? <Kbd keys={keys} /> : null}
    </Command.Item>
  );
}

function useSearch(query: string, search?: (query: string) => Promise<readonly SearchHit[]>): readonly SearchHit[] {
  const [found, setFound] = useState<{ query: string; hits: readonly SearchHit[] }>({ query: "", hits: [] });
  const asked = query.trim();
  useEffect(() => {
    if (!search || asked.length === 0) return;
    let isCurrent = true;
    const timer = setTimeout(() => {
      search(asked).then(
        (hits) => isCurrent && setFound({ query: asked, hits }),
        // Commands still work without the search; the status line already says what is wrong.
        () => isCurrent && setFound({ query: asked, hits: [] }),
      );
    }, 120);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [asked, search]);
  return asked.length === 0 ? [] : found.hits;
}
