import clsx from "clsx";
import { CopyButton } from "./copy.tsx";

type CodeBlockProps = {
  code: string;
  /** What it is: a file name, "Terminal", a language. */
  title?: string;
  wrap?: boolean;
};

/** Text to be copied exactly: commands, settings, keys. */
export function CodeBlock({ code, title, wrap = false }: CodeBlockProps) {
  return (
    <figure className="group relative overflow-hidden rounded-md border bg-sunken">
      {title ? (
        <figcaption className="flex h-8 items-center border-b px-3 text-small font-medium text-muted">
          {title}
        </figcaption>
      ) : null}
      <div className={clsx("absolute right-1 rounded-md bg-sunken", title ? "top-1" : "top-1.5")}>
        <CopyButton text={code} label={title ? `Copy ${title}` : "Copy"} />
      </div>
      <pre
        // Scrolls sideways, so the keyboard must be able to stand in it.
        tabIndex={0}
        className={clsx(
          "overflow-x-auto p-3 pr-10 font-mono text-small/5 text-ink -outline-offset-2",
          wrap && "break-words whitespace-pre-wrap",
        )}
      >
        <code>{code}</code>
      </pre>
    </figure>
  );
}
