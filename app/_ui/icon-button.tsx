"use client";

import clsx from "clsx";
import type { ComponentProps, ReactNode } from "react";
import { type ButtonVariant, buttonClass } from "./button.tsx";
import { Spinner } from "./spinner.tsx";
import { Tooltip } from "./tooltip.tsx";

type IconButtonProps = Omit<ComponentProps<"button">, "children" | "aria-label"> & {
  /** What it does: read aloud, and shown in the tooltip. */
  label: string;
  icon: ReactNode;
  keys?: string;
  variant?: ButtonVariant;
  size?: "sm" | "md";
  loading?: boolean;
  side?: "top" | "right" | "bottom" | "left";
};

/** A button with no room for its word: the word is its tooltip and its name. */
export function IconButton({ label, icon, keys, variant = "ghost", size = "md", side, ...rest }: IconButtonProps) {
  const { loading = false, className, onClick, ...button } = rest;
  return (
    <Tooltip content={label} keys={keys} side={side}>
      <button
        type="button"
        aria-label={label}
        aria-busy={loading || undefined}
        aria-disabled={loading || undefined}
        onClick={loading ? (event) => event.preventDefault() : onClick}
        className={clsx(
          buttonClass(variant, size),
          "px-0! [&_svg]:size-4",
          size === "sm" ? "w-6 coarse:w-9" : "w-8 coarse:w-10",
          className,
        )}
        {...button}
      >
        {loading ? <Spinner immediate /> : icon}
      </button>
    </Tooltip>
  );
}
