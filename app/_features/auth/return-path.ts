/** Where to go after signing in: a path of ours, whatever the address bar asked for. */
export function returnPath(asked: string | string[] | undefined, otherwise = "/"): string {
  if (typeof asked !== "string" || !/^\/(?![/\\])/.test(asked)) return otherwise;
  const here = "http://entourage.invalid";
  if (!URL.canParse(asked, here)) return otherwise;
  const { origin, pathname, search, hash } = new URL(asked, here);
  return origin === here ? pathname + search + hash : otherwise;
}
