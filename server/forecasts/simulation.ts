/** A task to be simulated; `dependsOn` are places in the list. */
export interface Step {
  dependsOn: readonly number[];
  /** The longest chain downstream with its own, by what is expected: who goes first. */
  path: number;
}

/** The longest chain downstream of each step, with its own length. The graph has no circle. */
export function pathsOf(lengths: readonly number[], dependsOn: readonly (readonly number[])[]): number[] {
  const dependents = invert(dependsOn);
  const paths: (number | undefined)[] = lengths.map(() => undefined);
  const pathOf = (place: number): number => {
    const known = paths[place];
    if (known !== undefined) return known;
    const longest = (dependents[place] ?? []).reduce((most, next) => Math.max(most, pathOf(next)), 0);
    const path = (lengths[place] ?? 0) + longest;
    paths[place] = path;
    return path;
  };
  return lengths.map((_, place) => pathOf(place));
}

/** The places of the longest chain, from its start. */
export function criticalPath(lengths: readonly number[], dependsOn: readonly (readonly number[])[]): number[] {
  const paths = pathsOf(lengths, dependsOn);
  const dependents = invert(dependsOn);
  const longest = (places: readonly number[]) =>
    places.reduce<number | undefined>(
      (best, place) => (best === undefined || (paths[place] ?? 0) > (paths[best] ?? 0) ? place : best),
      undefined,
    );
  const chain: number[] = [];
  for (
    let at = longest([...lengths.keys()].filter((place) => dependsOn[place]?.length === 0));
    at !== undefined;
    at = longest(dependents[at] ?? [])
  )
    chain.push(at);
  return chain;
}

/**
 * When the last of these is done if so many agents take them as dispatch hands them out: whoever is free takes the ready
 * one with the longest chain downstream; `first` chooses otherwise, to compare.
 */
export function makespan(
  lengths: readonly number[],
  steps: readonly Step[],
  agents: number,
  first: (a: number, b: number) => number = (a, b) => (steps[b]?.path ?? 0) - (steps[a]?.path ?? 0) || a - b,
): number {
  const dependents = invert(steps.map(({ dependsOn }) => dependsOn));
  const open = steps.map(({ dependsOn }) => dependsOn.length);
  const ready = [...steps.keys()].filter((place) => open[place] === 0).toSorted(first);
  const running: { place: number; ends: number }[] = [];
  let now = 0;
  for (;;) {
    while (running.length < agents && ready.length > 0) {
      const place = ready.shift() ?? 0;
      running.push({ place, ends: now + (lengths[place] ?? 0) });
    }
    const next = running.reduce<{ place: number; ends: number } | undefined>(
      (best, one) => (!best || one.ends < best.ends ? one : best),
      undefined,
    );
    if (!next) return now;
    running.splice(running.indexOf(next), 1);
    now = next.ends;
    for (const dependent of dependents[next.place] ?? []) {
      open[dependent] = (open[dependent] ?? 0) - 1;
      if (open[dependent] !== 0) continue;
      const at = ready.findIndex((place) => first(dependent, place) < 0);
      ready.splice(at < 0 ? ready.length : at, 0, dependent);
    }
  }
}

/** No schedule is shorter: neither than the longest chain, nor than all work shared evenly. */
export function lowerBound(
  lengths: readonly number[],
  dependsOn: readonly (readonly number[])[],
  agents: number,
): number {
  return Math.max(
    Math.max(0, ...pathsOf(lengths, dependsOn)),
    lengths.reduce((sum, length) => sum + length, 0) / agents,
  );
}

function invert(dependsOn: readonly (readonly number[])[]): number[][] {
  const dependents: number[][] = dependsOn.map(() => []);
  for (const [place, before] of dependsOn.entries()) for (const one of before) dependents[one]?.push(place);
  return dependents;
}
