"use client";

import { createContext, type ReactNode, useCallback, useContext, useState, useSyncExternalStore } from "react";

const DraftOwner = createContext("");
const prefix = "draft|";

/** Whose drafts are kept inside: somebody else in the same tab sees none of them. */
export function DraftProvider({ userId, children }: { userId: string; children: ReactNode }) {
  return <DraftOwner value={userId}>{children}</DraftOwner>;
}

/**
 * A text somebody is writing, kept for this tab until it is sent or emptied: a session that ends, a reload or a closed
 * dialog does not lose it. `name` says what it is for (`message|<task id>`). Never for secrets: whoever opens the tools of
 * the browser reads it.
 */
export function useDraft(name: string): [text: string, write: (text: string) => void] {
  const key = useDraftKey(name);
  // What the server rendered knows no drafts.
  const text = useSyncExternalStore(
    listen,
    () => read(key),
    () => "",
  );
  const write = useCallback((next: string) => keep(key, next), [key]);
  return [text, write];
}

/** Where somebody's draft of something is kept in this tab. */
export function useDraftKey(name: string): string {
  return `${prefix}${useContext(DraftOwner)}|${name}`;
}

/** The same for a whole form: what its fields begin with, and the way to keep or forget them. */
export function useFormDraft(name: string, fields: readonly string[]) {
  const key = useDraftKey(name);
  const [initial] = useState(() => readFields(key));
  return {
    initial,
    keepFields(form: HTMLFormElement) {
      const data = new FormData(form);
      const kept = Object.fromEntries(fields.map((field) => [field, data.get(field)]));
      keep(
        key,
        Object.values(kept).some((value) => typeof value === "string" && value !== "") ? JSON.stringify(kept) : "",
      );
    },
    forget: () => keep(key, ""),
  };
}

/** Forgets everybody's: somebody signs out by themselves. */
export function forgetDrafts(): void {
  written.clear();
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(prefix)) sessionStorage.removeItem(key);
}

function readFields(key: string): Record<string, string> {
  try {
    const kept: unknown = JSON.parse(read(key) || "{}");
    const entries = typeof kept === "object" && kept !== null ? Object.entries(kept) : [];
    return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  } catch {
    return {};
  }
}

/** What is written now, also where the browser keeps nothing. */
const written = new Map<string, string>();
const listeners = new Set<() => void>();

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function read(key: string): string {
  if (typeof sessionStorage === "undefined") return "";
  return written.get(key) ?? sessionStorage.getItem(key) ?? "";
}

function keep(key: string, text: string): void {
  written.set(key, text);
  try {
    if (text === "") sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
  } catch {
    // The browser keeps nothing, or no more: writing goes on without.
  }
  for (const listener of listeners) listener();
}
