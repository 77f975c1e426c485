"use client";

import { useMemo } from "react";
import { priorities } from "#db/enums.ts";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { type Filter, type Filters, useFilters } from "#app/_ui/filters.ts";
import { PriorityIcon, priorityLabel } from "#app/_ui/status.tsx";
import { type TaskFilters, taskFilters } from "./task-filters.ts";
import { useWork } from "./work-context.tsx";

/** The filters of a list of tasks, from the URL: what to offer, what is chosen, and how an operation takes it. */
export function useTaskFilters(tags: readonly string[]): {
  filters: readonly Filter[];
  state: Filters;
  input: TaskFilters;
} {
  const { people, repos, me } = useWork();
  const filters = useMemo(
    () => [
      {
        key: "assignee",
        label: "Assignee",
        options: people.map(({ kind, id, name }) => ({
          value: id,
          label: id === me.id ? `${name} (you)` : name,
          icon: <ActorAvatar kind={kind} name={name} size={16} decorative />,
        })),
      },
      {
        key: "priority",
        label: "Priority",
        options: priorities.map((value) => ({
          value,
          label: priorityLabel(value),
          icon: <PriorityIcon priority={value} decorative />,
        })),
      },
      { key: "tag", label: "Tag", options: tags.map((value) => ({ value, label: value })) },
      { key: "repo", label: "Repository", options: repos.map(({ id, name }) => ({ value: id, label: name })) },
    ],
    [people, repos, me.id, tags],
  );
  const state = useFilters(filters);
  const { chosen, query } = state;
  const input = useMemo(() => taskFilters(query, chosen), [query, chosen]);
  const onlyOne: Filters = {
    ...state,
    // Of people, tags and repositories the last one chosen counts; several priorities may stand together.
    choose: (key, values) => state.choose(key, key === "priority" ? values : values.slice(-1)),
  };
  return { filters: filters.filter(({ options }) => options.length > 0), state: onlyOne, input };
}
