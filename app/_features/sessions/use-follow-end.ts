"use client";

import { type RefObject, useEffect, useRef, useState } from "react";

/** So near to its end, somebody reads along. */
const nearPixels = 48;

/** Keeps what scrolls at its end while it grows, unless somebody has gone back to read. */
export function useFollowEnd(scroller: RefObject<HTMLElement | null>) {
  const [isAtEnd, setAtEnd] = useState(true);
  const follows = useRef(true);
  const goToEnd = () => {
    follows.current = true;
    setAtEnd(true);
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  };
  useEffect(() => {
    const element = scroller.current;
    const content = element?.firstElementChild;
    if (!element || !content) return;
    let top = element.scrollTop;
    const onScroll = () => {
      const isNear = element.scrollHeight - element.clientHeight - element.scrollTop < nearPixels;
      // What grows pushes the end away without anybody's hand: only a way up is somebody's wish.
      if (isNear) follows.current = true;
      else if (element.scrollTop < top - 1) follows.current = false;
      top = element.scrollTop;
      setAtEnd(follows.current);
    };
    const watcher = new ResizeObserver(() => {
      if (follows.current) element.scrollTo({ top: element.scrollHeight });
      top = element.scrollTop;
    });
    watcher.observe(content);
    watcher.observe(element);
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      watcher.disconnect();
      element.removeEventListener("scroll", onScroll);
    };
  }, [scroller]);
  return { isAtEnd, goToEnd };
}
