"use client";

import { FileDown } from "lucide-react";
import { CodeBlock } from "#app/_ui/code-block.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { Markdown } from "#app/_ui/markdown.tsx";
import type { Report } from "#server/reports/schema.ts";
import { indentJson } from "./report-words.ts";

type ReportBodyProps = { report: Report; text: string | null; truncated: boolean };

/** What a report says, so that nothing in it can run, be sent or be fetched. */
export function ReportBody({ report: { name, kind, createdBy }, text, truncated }: ReportBodyProps) {
  if (text === null)
    return (
      <EmptyState icon={<FileDown />} title="A PDF is read in a program of its own">
        Download it. Here nothing in it is run.
      </EmptyState>
    );
  const rest = truncated ? (
    <p className="p-3 text-app text-muted">Only the beginning is shown. Download it to read the rest.</p>
  ) : null;
  if (kind === "html")
    return (
      <>
        {rest}
        {/* Without a word of permission: no script, no form, no way out; and our own policy lets it fetch nothing. */}
        <iframe title={name} sandbox="" srcDoc={text} className="h-[calc(100dvh-9rem)] w-full bg-paper scheme-light" />
      </>
    );
  return (
    <div className="mx-auto w-full max-w-3xl p-4 sm:p-8">
      {/* Headings of a report stand one level below it. */}
      <h2 className="sr-only">What it says</h2>
      {kind === "json" ? (
        <CodeBlock code={indentJson(text)} />
      ) : createdBy.kind === "agent" ? (
        <Markdown text={text} agent={createdBy.name} />
      ) : (
        <Markdown text={text} />
      )}
      {rest}
    </div>
  );
}
