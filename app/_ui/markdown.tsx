import clsx from "clsx";
import { Bot } from "lucide-react";
import { Children } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { CodeBlock } from "./code-block.tsx";
import { safeHref } from "./safe-href.ts";

type MarkdownProps = {
  text: string;
  /** The agent who wrote it: the text is then marked as an agent's, never shown as our own voice. */
  agent?: string;
};

/**
 * Text of people and agents. There is no raw HTML, no image is fetched from anywhere else (a picture's address could
 * carry what an agent has read out of the house), and a link leads only to http, https or mailto.
 */
export function Markdown({ text, agent }: MarkdownProps) {
  const body = (
    <div className="space-y-2.5 text-read break-words text-pretty">
      <ReactMarkdown skipHtml remarkPlugins={[remarkGfm]} urlTransform={safeHref} components={components}>
        {text}
      </ReactMarkdown>
    </div>
  );
  if (!agent) return body;
  return (
    <section aria-label={`Written by ${agent}, an agent`} className="border-l-2 border-agent-line pl-3">
      <p className="flex items-center gap-1.5 pb-1 text-small font-medium text-agent">
        <Bot aria-hidden="true" className="size-3.5" />
        {agent}
      </p>
      {body}
    </section>
  );
}

const heading = "pt-2 font-semibold first:pt-0";

const components: Components = {
  // All on one level below the page's own: what an agent writes must not break the outline of the page.
  h1: ({ children }) => <h3 className={clsx(heading, "text-title")}>{children}</h3>,
  h2: ({ children }) => <h3 className={clsx(heading, "text-title")}>{children}</h3>,
  h3: ({ children }) => <h3 className={clsx(heading, "text-read")}>{children}</h3>,
  h4: ({ children }) => <h3 className={clsx(heading, "text-read")}>{children}</h3>,
  h5: ({ children }) => <h3 className={clsx(heading, "text-app")}>{children}</h3>,
  h6: ({ children }) => <h3 className={clsx(heading, "text-app")}>{children}</h3>,
  a: ({ href, children }) =>
    href ? (
      <a
        href={href}
        target="_blank"
        rel="noopener noreferrer nofollow ugc"
        title={href}
        className="text-accent-text underline decoration-accent-line underline-offset-2 hover:decoration-current"
      >
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
  img: ({ alt, src }) => (
    <span className="text-muted">
      [image{alt ? `: ${alt}` : ""}
      {typeof src === "string" && src ? <span className="font-mono text-small"> {src}</span> : null}]
    </span>
  ),
  li: ({ children, className }) => <li className={className}>{children}</li>,
  ul: ({ children }) => (
    <ul className="list-disc space-y-1 pl-5 marker:text-faint has-[>.task-list-item]:list-none has-[>.task-list-item]:pl-0">
      {children}
    </ul>
  ),
  ol: ({ children, start }) => (
    <ol start={start} className="list-decimal space-y-1 pl-5 marker:text-faint">
      {children}
    </ol>
  ),
  input: ({ checked }) => <span className="font-mono text-muted">{checked ? "[x] " : "[ ] "}</span>,
  blockquote: ({ children }) => <blockquote className="border-l-2 pl-3 text-muted">{children}</blockquote>,
  hr: () => <hr className="border-line" />,
  pre: ({ children }) => <>{children}</>,
  code: ({ className, children }) => {
    const code = Children.toArray(children)
      .filter((each) => typeof each === "string")
      .join("");
    if (!className && !code.includes("\n")) {
      return <code className="rounded-sm bg-sunken px-1 py-px font-mono text-[0.92em] ring-1 ring-line">{code}</code>;
    }
    return <CodeBlock code={code.replace(/\n$/, "")} title={className?.replace("language-", "")} />;
  },
  table: ({ children }) => (
    <div className="overflow-x-auto" tabIndex={0}>
      <table className="border-collapse text-app [&_td]:border [&_td]:px-2 [&_td]:py-1 [&_th]:border [&_th]:bg-sunken [&_th]:px-2 [&_th]:py-1 [&_th]:text-left">
        {children}
      </table>
    </div>
  ),
};
