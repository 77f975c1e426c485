"use client";

import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { Kbd } from "./kbd.tsx";
import { placeBeside } from "./tooltip-place.ts";

const waitMs = 400;
// Going along a row of buttons, the second tooltip need not be waited for.
const warmMs = 300;

/** Shows the tooltip of whatever is hovered or focused by key. It stands once, in the root layout. */
export function TooltipHost() {
  const [target, setTarget] = useState<HTMLElement | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let hiddenAt = 0;
    const hide = () => {
      clearTimeout(timer);
      setTarget((shown) => {
        if (shown) hiddenAt = performance.now();
        return null;
      });
    };
    const show = (element: HTMLElement, waitFor: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => setTarget(element), waitFor);
    };
    const onOver = (event: PointerEvent) => {
      const element = ownerOf(event.target);
      if (event.pointerType === "touch" || !element) return hide();
      show(element, performance.now() - hiddenAt < warmMs ? 0 : waitMs);
    };
    const onFocus = (event: FocusEvent) => {
      const element = ownerOf(event.target);
      if (element?.matches(":focus-visible")) show(element, waitMs);
      else hide();
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Tab") hide();
    };
    const events = new AbortController();
    const options = { signal: events.signal, passive: true };
    document.addEventListener("pointerover", onOver, options);
    document.addEventListener("focusin", onFocus, options);
    document.addEventListener("focusout", hide, options);
    document.addEventListener("pointerdown", hide, options);
    document.addEventListener("keydown", onKey, options);
    document.addEventListener("scroll", hide, { ...options, capture: true });
    return () => {
      clearTimeout(timer);
      events.abort();
    };
  }, []);
  return target?.isConnected ? <Bubble target={target} /> : null;
}

function Bubble({ target }: { target: HTMLElement }) {
  const bubble = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!bubble.current) return;
    const { x, y } = placeBeside(target.getBoundingClientRect(), bubble.current.getBoundingClientRect(), {
      side: target.dataset.tooltipSide ?? "top",
      width: window.innerWidth,
      height: window.innerHeight,
    });
    bubble.current.style.translate = `${x}px ${y}px`;
  });
  const { tooltip, tooltipKeys } = target.dataset;
  // An open menu or popover says more than its button's tooltip.
  if (target.ariaExpanded === "true" && target.ariaHasPopup) return null;
  return (
    <div
      ref={bubble}
      // What it says is also the button's name or stands elsewhere: reading it again would be noise.
      aria-hidden="true"
      className="pointer-events-none fixed top-0 left-0 z-20 flex max-w-72 items-center gap-2 rounded-md bg-raised px-2 py-1 text-small text-ink shadow-popup"
    >
      {tooltip}
      {tooltipKeys ? <Kbd keys={tooltipKeys} /> : null}
    </div>
  );
}

function ownerOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-tooltip]") : null;
}
