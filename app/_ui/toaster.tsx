"use client";

import dynamic from "next/dynamic";
import { useEffect, useState } from "react";
import { hostToasts } from "./toast.ts";

type Shown = Parameters<Parameters<typeof hostToasts>[0]>[0];

// The library comes with the first toast: a page that has nothing to say does not load it.
const ToastList = dynamic(() => import("./toast-list.tsx").then((module) => module.ToastList), { ssr: false });

/** Where toasts appear; it stands once, in the root layout. */
export function Toaster() {
  const [early, setEarly] = useState<readonly Shown[]>([]);
  useEffect(() => (early.length === 0 ? hostToasts((shown) => setEarly([shown])) : undefined), [early]);
  return early.length > 0 ? <ToastList early={early} /> : null;
}
