import clsx from "clsx";
import NextLink from "next/link";
import type { ComponentProps } from "react";

/** A link in a sentence. Rows and cards use `next/link` with their own look. */
export function Link({ className, ...rest }: ComponentProps<typeof NextLink>) {
  return <NextLink className={clsx(linkClass, className)} {...rest} />;
}

export const linkClass =
  "rounded-sm text-accent-text underline decoration-accent-line underline-offset-2 hover:decoration-current";
