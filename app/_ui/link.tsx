import clsx from "clsx";
import { ArrowUpRight } from "lucide-react";
import NextLink from "next/link";
import type { ComponentProps } from "react";

/** A link in a sentence. Rows and cards use `next/link` with their own look. */
export function Link({ className, ...rest }: ComponentProps<typeof NextLink>) {
  return <NextLink className={clsx(linkClass, className)} {...rest} />;
}

/** A link out of the product: opens a tab of its own, and tells nobody where it came from. */
export function ExternalLink({ href, children }: { href: string; children: React.ReactNode }) {
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      className={clsx(linkClass, "inline-flex items-center")}
    >
      {children}
      <ArrowUpRight aria-hidden="true" className="size-3.5" />
      <span className="sr-only"> (opens a new tab)</span>
    </a>
  );
}

export const linkClass =
  "rounded-sm text-accent-text underline decoration-accent-line underline-offset-2 hover:decoration-current";
