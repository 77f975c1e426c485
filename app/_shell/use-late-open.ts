import { useCallback, useState } from "react";

/**
 * Open or not, for a dialog whose code is fetched when it is first opened (`next/dynamic`): render it while
 * `wasOpened`, so that closing it can still be animated and the focus returns.
 */
export function useLateOpen(): { open: boolean; wasOpened: boolean; setOpen: (open: boolean) => void } {
  const [open, setOpenState] = useState(false);
  const [wasOpened, setWasOpened] = useState(false);
  const setOpen = useCallback((next: boolean) => {
    if (next) setWasOpened(true);
    setOpenState(next);
  }, []);
  return { open, wasOpened, setOpen };
}
