type Box = { left: number; top: number; right: number; bottom: number; width: number; height: number };
type Screen = { side: string; width: number; height: number };

const gap = 6;
const edge = 4;

/** Where a bubble stands beside its target: on the wanted side, on the other where it does not fit, always on the screen. */
export function placeBeside(target: Box, bubble: { width: number; height: number }, screen: Screen) {
  const places: Record<string, { x: number; y: number }> = {
    top: { x: centre(target.left, target.width, bubble.width), y: target.top - bubble.height - gap },
    bottom: { x: centre(target.left, target.width, bubble.width), y: target.bottom + gap },
    left: { x: target.left - bubble.width - gap, y: centre(target.top, target.height, bubble.height) },
    right: { x: target.right + gap, y: centre(target.top, target.height, bubble.height) },
  };
  const opposite: Record<string, string> = { top: "bottom", bottom: "top", left: "right", right: "left" };
  const wanted = places[screen.side] ?? { x: 0, y: 0 };
  const other = places[opposite[screen.side] ?? "top"] ?? wanted;
  const fits = (place: { x: number; y: number }) =>
    place.x >= edge &&
    place.y >= edge &&
    place.x + bubble.width <= screen.width - edge &&
    place.y + bubble.height <= screen.height - edge;
  const horizontal = screen.side === "top" || screen.side === "bottom";
  // A bubble above may slide sideways to stay on the screen: only the axis of its side decides whether it flips.
  const slid = (place: { x: number; y: number }) =>
    horizontal
      ? { x: clamp(place.x, screen.width - bubble.width), y: place.y }
      : { x: place.x, y: clamp(place.y, screen.height - bubble.height) };
  const chosen = fits(slid(wanted)) ? slid(wanted) : slid(other);
  return { x: clamp(chosen.x, screen.width - bubble.width), y: clamp(chosen.y, screen.height - bubble.height) };
}

function centre(start: number, length: number, size: number): number {
  return Math.round(start + length / 2 - size / 2);
}

function clamp(value: number, most: number): number {
  return Math.max(edge, Math.min(value, most - edge));
}
