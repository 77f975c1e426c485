"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { LayoutTemplate, Search } from "lucide-react";
import { useParams } from "next/navigation";
import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryState, throttle } from "nuqs";
import { useMe } from "#app/_features/members/use-me.ts";
import { LookOnly } from "#app/_features/members/who-can-grant.tsx";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { Section, SettingsPage } from "#app/_features/settings/settings-page.tsx";
import { useAddButton } from "#app/_features/settings/use-add-button.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Segmented } from "#app/_ui/segmented.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { templateKinds } from "#db/enums.ts";
import { FillDialog } from "./fill-dialog.tsx";
import { TemplateDialog } from "./template-dialog.tsx";
import { TemplateRow } from "./template-row.tsx";

const kinds = ["all", ...templateKinds] as const;
const kindLabels = { all: "All", task: "Tasks", session: "Sessions" } as const;

/** Tasks and sessions that one makes again and again, with what changes each time left open. */
export function TemplatesSettings() {
  const { org } = useParams<{ org: string }>();
  const { can, isKnown } = useMe();
  const canManage = can("task:manage");
  const [search, setSearch] = useQueryState(
    "q",
    parseAsString.withDefault("").withOptions({ limitUrlUpdates: throttle(200) }),
  );
  const [kind, setKind] = useQueryState("kind", parseAsStringLiteral(kinds).withDefault("all"));
  const [isAdding, setAdding] = useQueryState("new", parseAsBoolean.withDefault(false));
  const [editedId, setEdited] = useQueryState("edit", parseAsString);
  const [usedId, setUsed] = useQueryState("use", parseAsString);
  const wanted = { ...(kind === "all" ? {} : { kind }), ...(search ? { search } : {}) };
  const query = useQuery(useTRPC().templates.list.queryOptions(wanted, { placeholderData: keepPreviousData }));
  const named = (id: string | null) => query.data?.templates.find((template) => template.id === id);
  const [edited, used] = [named(editedId), named(usedId)];
  const isFiltered = search !== "" || kind !== "all";
  const add = () => void setAdding(true);
  const button = useAddButton({
    id: "template.add",
    title: "Keep a template",
    group: "Templates",
    may: canManage,
    run: add,
  });
  return (
    <SettingsPage
      title="Templates"
      lead="Tasks and sessions that your teams make again and again. What changes each time is asked for."
      action={button}
    >
      {isKnown && !canManage ? <LookOnly what="keep and use templates" /> : null}
      <div className="flex flex-wrap items-end gap-3">
        <div className="grow basis-60">
          <Field label="Search">
            <Input
              type="search"
              data-page-search
              icon={<Search />}
              placeholder="Words of the name or what it is for"
              defaultValue={search}
              onValueChange={(next: string) => void setSearch(next || null)}
            />
          </Field>
        </div>
        <Segmented
          label="Kind"
          value={kind}
          onValueChange={(next) => void setKind(next)}
          options={kinds.map((value) => ({ value, label: kindLabels[value] }))}
        />
      </div>
      <Loaded query={query} what="The templates" skeleton={<SkeletonRows count={4} label="Loading the templates" />}>
        {({ templates }) => (
          <Section title={templates.length === 0 ? "Templates" : `Templates (${templates.length})`} flush>
            {templates.length === 0 ? (
              <EmptyState
                icon={<LayoutTemplate />}
                title={isFiltered ? "No template is like that" : "Nothing is kept yet"}
                action={canManage && !isFiltered ? button : null}
              >
                {isFiltered
                  ? "Other words, or all kinds, may find it."
                  : "Keep what you write often, such as “Raise {{package}} to {{version}}”. A schedule makes tasks from it by itself."}
              </EmptyState>
            ) : (
              <ul aria-label="Templates" className="divide-y">
                {templates.map((template) => (
                  <TemplateRow
                    key={template.id}
                    template={template}
                    canUse={canManage}
                    onUse={() => void setUsed(template.id)}
                    onEdit={() => void setEdited(template.id)}
                  />
                ))}
              </ul>
            )}
          </Section>
        )}
      </Loaded>
      {canManage && isAdding ? <TemplateDialog onClose={() => void setAdding(null)} /> : null}
      {canManage && edited ? <TemplateDialog template={edited} onClose={() => void setEdited(null)} /> : null}
      {canManage && used ? <FillDialog orgSlug={org} template={used} onClose={() => void setUsed(null)} /> : null}
    </SettingsPage>
  );
}
