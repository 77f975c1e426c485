"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { type SubmitEvent, useState } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { Section } from "#app/_features/settings/settings-page.tsx";
import { textIn } from "#app/_features/teams/settings-form.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Segmented } from "#app/_ui/segmented.tsx";
import type { Hit } from "#server/knowledge/schema.ts";

const ways = [
  { value: "meaning", label: "By meaning" },
  { value: "name", label: "By name" },
] as const;

/** Asks what an agent would ask, and shows what it would get. */
export function KnowledgeSearch() {
  const { knowledge } = useTRPC();
  const [by, setBy] = useQueryState("by", parseAsStringLiteral(ways.map(({ value }) => value)).withDefault("meaning"));
  const [name, setName] = useState("");
  const search = useMutation(knowledge.search.mutationOptions());
  const lookup = useQuery({ ...knowledge.lookup.queryOptions({ name, limit: 8 }), enabled: name !== "" });
  const found = by === "meaning" ? search : lookup;
  const isAsking = by === "meaning" ? search.isPending : lookup.isFetching;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const words = textIn(new FormData(event.currentTarget), "words");
    if (words === "") return;
    if (by === "meaning") search.mutate({ query: words, limit: 8 });
    else setName(words.slice(0, 200));
  };
  return (
    <Section title="Try it" lead="Ask as an agent would, and see what it gets.">
      <form onSubmit={submit} role="search" className="flex flex-wrap items-center gap-2">
        <div className="min-w-48 grow">
          <Input
            name="words"
            type="search"
            aria-label="What to look for"
            data-page-search
            icon={<Search />}
            maxLength={by === "meaning" ? 1_000 : 200}
            placeholder={by === "meaning" ? "How are passwords kept?" : "findTask, or find* for all that begin so"}
            autoComplete="off"
            className="w-full"
          />
        </div>
        <Segmented label="How to search" options={ways} value={by} onValueChange={(next) => void setBy(next)} />
        <Button type="submit" loading={isAsking}>
          Search
        </Button>
      </form>
      {found.error ? (
        <p role="alert" className="pt-3 text-app text-danger">
          {refusalOf(found.error)}
        </p>
      ) : found.data ? (
        <Hits hits={found.data.hits} />
      ) : null}
    </Section>
  );
}

function Hits({ hits }: { hits: readonly Hit[] }) {
  if (hits.length === 0) {
    return (
      <p role="status" className="pt-3 text-app text-muted">
        Nothing was found. Sources that are still being indexed are found as soon as they are done.
      </p>
    );
  }
  return (
    <ol aria-label="Found" className="flex flex-col gap-2 pt-3">
      {hits.map(({ source, path, firstLine, lastLine, text }) => (
        <li key={`${source}:${path}:${firstLine}`} className="rounded-md border bg-sunken">
          <p className="flex flex-wrap gap-x-2 border-b px-3 py-1 text-small">
            <span className="font-medium">{source}</span>
            <span className="font-mono break-all text-muted">
              {path}:{firstLine}–{lastLine}
            </span>
          </p>
          <pre
            tabIndex={0}
            aria-label={`Lines ${firstLine} to ${lastLine} of ${path}`}
            className="max-h-40 overflow-auto p-3 font-mono text-small break-words whitespace-pre-wrap"
          >
            {text}
          </pre>
        </li>
      ))}
    </ol>
  );
}
