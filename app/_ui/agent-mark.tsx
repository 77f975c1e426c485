import clsx from "clsx";

const sizes = { 16: "size-4", 20: "size-5", 24: "size-6", 32: "size-8" };

/** An agent's face: a small pattern, mirrored, made from its name alone, so it is the same everywhere for ever. */
export function AgentMark({
  name,
  size = 20,
  decorative = false,
}: {
  name: string;
  size?: 16 | 20 | 24 | 32;
  decorative?: boolean;
}) {
  const { hue, cells } = agentPattern(name);
  return (
    <svg
      viewBox="0 0 20 20"
      role={decorative ? undefined : "img"}
      aria-label={decorative ? undefined : `${name}, agent`}
      aria-hidden={decorative || undefined}
      className={clsx("shrink-0 rounded-sm", sizes[size])}
    >
      <rect width="20" height="20" fill={`oklch(0.48 0.13 ${hue})`} />
      {cells.map(([x, y]) => (
        <rect
          key={`${x}-${y}`}
          x={2.5 + x * 3}
          y={2.5 + y * 3}
          width="3.05"
          height="3.05"
          fill={`oklch(0.93 0.05 ${hue})`}
        />
      ))}
    </svg>
  );
}

/** Hue and the lit cells of a 5 × 5 grid whose right half mirrors its left. */
export function agentPattern(name: string): { hue: number; cells: [number, number][] } {
  const bits = hash(name);
  const cells: [number, number][] = [];
  for (let index = 0; index < 15; index++) {
    const x = index % 3;
    const y = Math.floor(index / 3);
    // The middle is always lit: an empty mark would be no face.
    if (!((bits >>> index) & 1) && !(x === 2 && y === 2)) continue;
    cells.push([x, y]);
    if (x < 2) cells.push([4 - x, y]);
  }
  return { hue: ((bits >>> 15) % 24) * 15, cells };
}

// FNV-1a with a final mix, so that names that differ in one letter look nothing alike.
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const unit of new TextEncoder().encode(text)) value = Math.imul(value ^ unit, 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  value = Math.imul(value ^ (value >>> 12), 0x297a2d39);
  return (value ^ (value >>> 15)) >>> 0;
}
