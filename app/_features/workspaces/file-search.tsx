"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";

type FileSearchProps = { workspaceId: string; query: string; onOpen: (path: string) => void };

/** Where words stand in the files of a workspace: names first, then lines. */
export function FileSearch({ workspaceId, query, onOpen }: FileSearchProps) {
  const trpc = useTRPC();
  const words = useDeferredValue(query.trim());
  const options = { enabled: words.length > 0, placeholderData: keepPreviousData };
  const names = useQuery(
    trpc.workspaceFiles.search.queryOptions({ workspaceId, query: words || " ", in: "names", limit: 20 }, options),
  );
  const lines = useQuery(
    trpc.workspaceFiles.search.queryOptions({ workspaceId, query: words || " ", in: "content", limit: 100 }, options),
  );
  const error = names.error ?? lines.error;
  if (error) return <p className="px-3 py-2 text-app text-danger">{refusalOf(error)}</p>;
  if (!names.data || !lines.data) return <SkeletonRows count={3} label="Searching" />;
  const matches = [...names.data.matches, ...lines.data.matches];
  if (matches.length === 0) return <p className="px-3 py-2 text-app text-muted">Nothing has these words.</p>;
  return (
    <ul aria-label="Where it was found">
      {matches.map(({ path, line, text }) => (
        <li key={`${path}:${line ?? ""}`}>
          <button
            type="button"
            onClick={() => onOpen(path)}
            className="flex w-full flex-col px-3 py-1 text-left -outline-offset-2 hover:bg-hover coarse:py-2"
          >
            <span className="w-full truncate text-app">
              {path}
              {line === null ? null : <span className="text-faint">:{line}</span>}
            </span>
            {text === null ? null : (
              <span className="w-full truncate font-mono text-small text-muted">{text.trim()}</span>
            )}
          </button>
        </li>
      ))}
      {lines.data.truncated ? (
        <li className="px-3 py-1 text-small text-faint">There are more: search for more words.</li>
      ) : null}
    </ul>
  );
}
