"use client";

import "@xterm/xterm/css/xterm.css";
import { FitAddon } from "@xterm/addon-fit";
import { type ITheme, Terminal } from "@xterm/xterm";
import { useTheme } from "next-themes";
import { useEffect, useRef } from "react";
import { safeHref } from "#app/_ui/safe-href.ts";
import type { TerminalSocket } from "./terminal-socket.ts";

export type TerminalScreenProps = {
  label: string;
  /** Whoever looks has just asked for it, and types next. */
  isAsked: boolean;
  /** Opens the line when the screen stands; what it says is shown. */
  connect: (screen: { write: (data: string, isReplay: boolean) => void; clear: () => void }) => TerminalSocket;
};

/**
 * The screen of a terminal. What programs print can colour it and move its cursor, and no more: it opens no page, sets no
 * title, reads and writes no clipboard, and its links are followed only when somebody presses one whose address is safe.
 */
export function TerminalScreen({ label, isAsked, connect }: TerminalScreenProps) {
  const place = useRef<HTMLDivElement>(null);
  const terminal = useRef<Terminal>(null);
  const connecting = useRef(connect);
  const asked = useRef(isAsked);
  const { resolvedTheme } = useTheme();
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const screen = new Terminal({
      fontFamily: getComputedStyle(element).fontFamily,
      fontSize: 12,
      lineHeight: 1.3,
      scrollback: 5_000,
      cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      screenReaderMode: true,
      theme: themeOf(element),
      linkHandler: { activate: (_event, address) => follow(address) },
    });
    const fit = new FitAddon();
    screen.loadAddon(fit);
    // F6 walks on to the next pane of the page; everything else belongs to the program.
    screen.attachCustomKeyEventHandler((event) => event.key !== "F6");
    // Programs ask the terminal to keep things for them (OSC 52 the clipboard, 0–2 titles): nothing is kept.
    for (const order of [0, 1, 2, 9, 52, 777, 1337]) screen.parser.registerOscHandler(order, () => true);
    screen.open(element);
    terminal.current = screen;
    // Keys that went nowhere would be shortcuts of the page, such as a yes to what an agent asks.
    if (asked.current && isFree(element)) screen.focus();
    let replays = 0;
    const write = (data: string, isReplay: boolean) => {
      if (!isReplay) return screen.write(data);
      replays++;
      screen.write(data, () => replays--);
    };
    const socket = connecting.current({ write, clear: () => screen.reset() });
    // What a program asked the terminal long ago was answered then: a second answer would stand there as if typed.
    screen.onData((data) => replays === 0 && socket.input(data));
    screen.onResize(({ rows, cols }) => socket.resize(rows, cols));
    const watcher = new ResizeObserver(() => {
      // A hidden pane has no size, and a terminal of no columns breaks every line.
      if (element.clientWidth < 40 || element.clientHeight < 20) return;
      fit.fit();
      socket.resize(screen.rows, screen.cols);
    });
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      socket.stop();
      screen.dispose();
      terminal.current = null;
    };
  }, []);
  useEffect(() => {
    if (terminal.current && place.current) terminal.current.options.theme = themeOf(place.current);
  }, [resolvedTheme]);
  return (
    <section
      aria-label={label}
      ref={place}
      className="h-full min-h-0 overflow-hidden bg-surface p-2 font-mono [&_.xterm]:h-full [&_.xterm-viewport]:bg-transparent!"
    />
  );
}

/** Nobody went on to another part of the page meanwhile. */
function isFree(place: HTMLElement): boolean {
  const holder = document.activeElement;
  return holder === null || holder === document.body || place.closest("[data-pane]")?.contains(holder) === true;
}

/** Without our page's address and without a way back to it. */
function follow(address: string): void {
  const href = safeHref(address);
  if (href) window.open(href, "_blank", "noopener,noreferrer");
}

/** The colours of the terminal from our tokens, as they are in the theme of the moment. */
function themeOf(element: HTMLElement): ITheme {
  const probe = document.createElement("span");
  // With less motion every change of a colour takes a millisecond, in which the one before is read.
  probe.style.setProperty("transition", "none", "important");
  element.append(probe);
  const colour = (token: string) => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  const theme = {
    background: colour("surface"),
    foreground: colour("ink"),
    cursor: colour("accent-text"),
    cursorAccent: colour("surface"),
    selectionBackground: colour("accent-line"),
    black: colour("faint"),
    red: colour("danger"),
    green: colour("success"),
    yellow: colour("warning"),
    blue: colour("accent-text"),
    magenta: colour("agent"),
    cyan: colour("info"),
    white: colour("muted"),
    brightBlack: colour("faint"),
    brightRed: colour("danger"),
    brightGreen: colour("success"),
    brightYellow: colour("warning"),
    brightBlue: colour("accent-text"),
    brightMagenta: colour("agent"),
    brightCyan: colour("info"),
    brightWhite: colour("ink"),
  };
  probe.remove();
  return theme;
}
