"use client";

import {
  type ComponentType,
  cloneElement,
  createContext,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useState,
} from "react";
import type {
  MenuCheckItemProps,
  MenuGroupProps,
  MenuItemProps,
  MenuParts,
  MenuPlace,
  MenuSubProps,
} from "./menu-parts.tsx";

// The library behind a menu is larger than most pages: it is fetched when a pointer or the focus nears one.
let loading: Promise<MenuParts> | undefined;
function loadParts(): Promise<MenuParts> {
  loading ??= import("./menu-parts.tsx").then((module) => module.menuParts);
  return loading;
}

const Parts = createContext<MenuParts | null>(null);

type MenuProps = MenuPlace & {
  /** A button. It keeps its own look; the menu adds what it needs. */
  trigger: ReactElement<Record<string, unknown>>;
  children: ReactNode;
};

/** A list of things to do, behind a button. */
export function Menu({ trigger, align = "start", side = "bottom", children }: MenuProps) {
  const [anchor, setAnchor] = useState<HTMLButtonElement | null>(null);
  const [open, setOpen] = useState(false);
  const loaded = useParts(open);
  return (
    <>
      {cloneElement(trigger, {
        ref: setAnchor,
        "aria-haspopup": "menu",
        "aria-expanded": open,
        "data-popup-open": open ? "" : undefined,
        onPointerEnter: () => void loadParts(),
        onFocus: () => void loadParts(),
        onClick: () => setOpen(!open),
        onKeyDown: (event: KeyboardEvent) => {
          if (event.key !== "ArrowDown") return;
          event.preventDefault();
          setOpen(true);
        },
      })}
      {loaded ? (
        <Parts value={loaded}>
          <loaded.Popup open={open} onOpenChange={setOpen} anchor={anchor} align={align} side={side}>
            {children}
          </loaded.Popup>
        </Parts>
      ) : null}
    </>
  );
}

/** One thing to do. */
export const MenuItem = part<MenuItemProps>((from) => from.Item);
/** An item that is on or off; the menu stays open. */
export const MenuCheckItem = part<MenuCheckItemProps>((from) => from.CheckItem);
/** A menu within a menu. */
export const MenuSub = part<MenuSubProps>((from) => from.Sub);
/** Items under a heading. */
export const MenuGroup = part<MenuGroupProps>((from) => from.Group);
/** A line between groups. */
export const MenuSeparator = part<Record<never, never>>((from) => from.Separator);

function part<Props extends object>(choose: (from: MenuParts) => ComponentType<Props>) {
  return function MenuPart(props: Props) {
    const from = useContext(Parts);
    const Part = from ? choose(from) : null;
    return Part ? <Part {...props} /> : null;
  };
}

function useParts(wanted: boolean): MenuParts | undefined {
  // Only a menu that was opened once holds its library: a board has ten thousand that never are.
  const [loaded, setLoaded] = useState<MenuParts>();
  useEffect(() => {
    if (wanted && !loaded) void loadParts().then(setLoaded);
  }, [wanted, loaded]);
  return loaded;
}
