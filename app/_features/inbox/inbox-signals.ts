"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { inboxHref } from "#app/_shell/rooms.ts";
import { useNotifyPreferences } from "./notify-preferences.ts";
import { useWaiting } from "./use-waiting.ts";

/** How many things wait; says so in the title of the page, and tells of new questions as the person wants it. */
export function useInboxSignals(orgSlug: string): number {
  const { data } = useWaiting();
  const count = data?.total ?? 0;
  useTitleCount(count);
  const { notification, sound } = useNotifyPreferences();
  const router = useRouter();
  const known = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    if (!data) return;
    const requests = data.items.flatMap(({ request }) => request ?? []);
    const before = known.current;
    known.current = new Set([...(before ?? []), ...requests.map(({ id }) => id)]);
    // What waited when the page opened is no news.
    const fresh = before ? requests.filter(({ id }) => !before.has(id)) : [];
    const [first] = fresh;
    if (!first) return;
    if (sound) playChime();
    if (!notification || document.visibilityState === "visible") return;
    const title = fresh.length > 1 ? `${fresh.length} new questions` : `${first.askedBy.name} asks`;
    const shown = new Notification(title, { body: first.title, tag: first.id });
    shown.addEventListener("click", () => {
      window.focus();
      router.push(inboxHref(orgSlug, first.id));
      shown.close();
    });
  }, [data, notification, sound, router, orgSlug]);
  return count;
}

/** "(3) Board": pages set their own titles at any time, so the number is put before whatever stands there. */
function useTitleCount(count: number): void {
  useEffect(() => {
    const apply = () => {
      const bare = document.title.replace(/^\(\d+\) /, "");
      const wanted = count > 0 ? `(${count}) ${bare}` : bare;
      if (document.title !== wanted) document.title = wanted;
    };
    apply();
    const observer = new MutationObserver(apply);
    observer.observe(document.head, { subtree: true, childList: true, characterData: true });
    return () => observer.disconnect();
  }, [count]);
}

/** Two soft tones; made here, so that no file is fetched. */
function playChime(): void {
  const audio = new AudioContext();
  for (const [place, frequency] of [660, 880].entries()) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const at = audio.currentTime + place * 0.14;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.08, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.25);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.25);
  }
  setTimeout(() => void audio.close(), 1_000);
}
