"use client";

import dynamic from "next/dynamic";

// What only some pages show and is large: fetched when it is first needed, so that the board stays light.
export const Markdown = dynamic(() => import("#app/_ui/markdown.tsx").then((module) => module.Markdown));
export const AnsiLog = dynamic(() => import("#app/_ui/ansi-log.tsx").then((module) => module.AnsiLog));
