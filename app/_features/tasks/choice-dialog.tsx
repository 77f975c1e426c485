"use client";

import { Dialog as BaseDialog } from "@base-ui/react/dialog";
import clsx from "clsx";
import { Command } from "cmdk";
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { backdropClass, popupClass, viewportClass } from "#app/_ui/dialog.tsx";
import { Kbd } from "#app/_ui/kbd.tsx";

export type Choice = {
  id: string;
  label: string;
  icon?: ReactNode;
  keys?: string;
  /** It is what holds now. */
  isNow?: boolean;
  /** Why it cannot be chosen. */
  refusal?: string | null;
  onChoose: () => void;
};

type ChoiceDialogProps = {
  title: string;
  placeholder: string;
  choices: readonly Choice[];
  /** Where the server does the searching: what is typed, and who hears of it. */
  search?: { query: string; onQuery: (query: string) => void };
  onClose: () => void;
};

/** One of a list, by typing or by the arrows: who, which status, which priority. What is impossible says why. */
export function ChoiceDialog({ title, placeholder, choices, search, onClose }: ChoiceDialogProps) {
  return (
    <BaseDialog.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className={backdropClass} />
        <BaseDialog.Viewport className={viewportClass}>
          <BaseDialog.Popup className={clsx(popupClass, "overflow-hidden sm:max-w-md")}>
            <BaseDialog.Title className="px-4 pt-3 text-small font-medium text-muted">{title}</BaseDialog.Title>
            <Command
              label={title}
              loop
              className="flex min-h-0 flex-col"
              defaultValue={choices.find(({ isNow }) => isNow)?.id}
            >
              <Command.Input
                placeholder={placeholder}
                value={search?.query}
                onValueChange={search?.onQuery}
                className="h-10 w-full border-b bg-transparent px-4 text-read outline-none placeholder:text-faint coarse:text-title"
              />
              <Command.List className="max-h-[50vh] overflow-y-auto p-1.5">
                <Command.Empty className="px-3 py-6 text-center text-app text-muted">Nothing matches.</Command.Empty>
                {choices.map((choice) => (
                  <Command.Item
                    key={choice.id}
                    value={choice.id}
                    keywords={[choice.label]}
                    disabled={Boolean(choice.refusal)}
                    onSelect={() => {
                      onClose();
                      // After the dialog has given the focus back, so that what runs may take it.
                      setTimeout(choice.onChoose);
                    }}
                    className="flex min-h-8 items-center gap-2.5 rounded-sm px-2.5 py-1.5 text-app data-[disabled=true]:opacity-60 data-[selected=true]:bg-hover coarse:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0"
                  >
                    {choice.icon}
                    <span className="min-w-0 grow">
                      <span className="block truncate">{choice.label}</span>
                      {choice.refusal ? (
                        <span className="block text-small text-pretty text-muted">{choice.refusal}</span>
                      ) : null}
                    </span>
                    {choice.isNow ? <Check aria-label="Now" className="text-faint" /> : null}
                    {choice.keys ? <Kbd keys={choice.keys} /> : null}
                  </Command.Item>
                ))}
              </Command.List>
            </Command>
          </BaseDialog.Popup>
        </BaseDialog.Viewport>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}
