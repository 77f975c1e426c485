"use client";

import dynamic from "next/dynamic";
import { memo } from "react";
import { closeOpenMarks, markdownBlocks } from "./markdown-blocks.ts";

const Markdown = dynamic(() => import("#app/_ui/markdown.tsx").then((module) => module.Markdown));

/** What an agent says, while it says it: what stands is not drawn again, only its last part grows. */
export const AgentText = memo(function AgentText({ text, isGrowing }: { text: string; isGrowing: boolean }) {
  const blocks = markdownBlocks(text);
  return (
    <div className="flex flex-col gap-2.5">
      {blocks.map((block, index) => (
        // A text only grows at its end: the place of a part is who it is.
        <Block key={index} text={isGrowing && index === blocks.length - 1 ? closeOpenMarks(block) : block} />
      ))}
    </div>
  );
});

const Block = memo(function Block({ text }: { text: string }) {
  return <Markdown text={text} />;
});
