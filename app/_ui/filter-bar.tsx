"use client";

import { ListFilter, Search, X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import type { Filter, Filters } from "./filters.ts";
import { controlClass } from "./control-look.ts";
import { Menu, MenuCheckItem, MenuSub } from "./menu.tsx";

type FilterBarProps = {
  filters: readonly Filter[];
  /** From `useFilters(filters)`, which the list reads too. */
  state: Filters;
  searchLabel: string;
  /** More at the right end: a view switch, a button. */
  end?: ReactNode;
};

/** Search, filters as chips, and what else a list needs at its head. `/` goes to the search. */
export function FilterBar({ filters, state, searchLabel, end }: FilterBarProps) {
  return (
    <div role="search" className="flex min-h-11 flex-wrap items-center gap-2 px-3 py-1.5">
      <span className="relative w-full sm:w-56">
        <Search aria-hidden="true" className="absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-faint" />
        <input
          type="search"
          data-page-search=""
          aria-label={searchLabel}
          placeholder={searchLabel}
          value={state.query}
          onChange={(event) => state.setQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.preventDefault();
            event.currentTarget.blur();
          }}
          className={`${controlClass} h-7 pr-2 pl-8 coarse:h-10`}
        />
      </span>
      <Menu
        trigger={
          <Button variant="ghost" size="sm" icon={<ListFilter className="size-3.5" />}>
            Filter
          </Button>
        }
      >
        {filters.map((filter) => (
          <MenuSub key={filter.key} label={filter.label}>
            <FilterChoices filter={filter} state={state} />
          </MenuSub>
        ))}
      </Menu>
      {filters.map((filter) =>
        state.chosen[filter.key]?.length ? <FilterChip key={filter.key} filter={filter} state={state} /> : null,
      )}
      {state.isActive ? (
        <Button variant="ghost" size="sm" onClick={state.clear}>
          Clear
        </Button>
      ) : null}
      {end ? <div className="ml-auto flex items-center gap-2">{end}</div> : null}
    </div>
  );
}

function FilterChip({ filter, state }: { filter: Filter; state: Filters }) {
  const values = state.chosen[filter.key] ?? [];
  const names = values.map((value) => filter.options.find((option) => option.value === value)?.label ?? value);
  return (
    <span className="inline-flex h-6 items-stretch overflow-hidden rounded-md border bg-surface text-small coarse:h-9">
      <Menu
        trigger={
          <button type="button" className="flex items-center gap-1 px-2 -outline-offset-2 hover:bg-hover">
            <span className="text-muted">{filter.label}</span>
            <span className="max-w-48 truncate font-medium">
              {names.length > 2 ? `${names.length} chosen` : names.join(", ")}
            </span>
          </button>
        }
      >
        <FilterChoices filter={filter} state={state} />
      </Menu>
      <button
        type="button"
        aria-label={`Remove the filter ${filter.label}`}
        onClick={() => state.choose(filter.key, [])}
        className="flex w-6 items-center justify-center border-l text-faint -outline-offset-2 hover:bg-hover hover:text-ink"
      >
        <X aria-hidden="true" className="size-3" />
      </button>
    </span>
  );
}

function FilterChoices({ filter, state }: { filter: Filter; state: Filters }) {
  const values = state.chosen[filter.key] ?? [];
  return filter.options.map((option) => (
    <MenuCheckItem
      key={option.value}
      icon={option.icon}
      checked={values.includes(option.value)}
      onCheckedChange={(checked) =>
        state.choose(filter.key, checked ? [...values, option.value] : values.filter((value) => value !== option.value))
      }
    >
      {option.label}
    </MenuCheckItem>
  ));
}
