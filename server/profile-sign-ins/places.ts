/** A place where a public profile stands: `{user}` in its path is the name. */
export interface Place {
  provider: string;
  template: string;
}

const shape = /^([a-z][a-z0-9-]{0,31})=(\S+)$/;
const placeholder = "{user}";

/** What is wrong with a line of `ENTOURAGE_PROFILE_URLS`, as the end of a sentence; undefined when it is right. */
export function problemOfProfileUrl(text: string, trustedHosts: readonly string[]): string | undefined {
  const [, , template = ""] = shape.exec(text) ?? [];
  const [before = "", after, ...more] = template.split(placeholder);
  const url = URL.parse(`${before}x${after ?? ""}`);
  if (after === undefined || more.length > 0 || !url) return "is not of the form NAME=https://HOST/PATH/{user}.";
  if (url.username || url.password || url.hash) return "holds a credential or a fragment, which are never sent.";
  // The host is fixed by whoever runs the installation, never by a name that somebody gives.
  if (!before.startsWith(`${url.origin}/`)) return "has {user} outside of its path.";
  if (url.protocol === "https:" || (url.protocol === "http:" && trustedHosts.includes(url.host))) return undefined;
  return "must begin with https://, unless ENTOURAGE_PROFILE_TRUSTED_HOSTS names its host.";
}

/** The places that the settings name, in their order. */
export function placesOf({ profileUrls }: { profileUrls: readonly string[] }): Place[] {
  return profileUrls.flatMap((text) => {
    const [, provider, template] = shape.exec(text) ?? [];
    return provider && template ? [{ provider, template }] : [];
  });
}

/** The address of somebody's profile. The name is of the few characters that `profileName` lets through. */
export const addressOfProfile = ({ template }: Place, name: string): string =>
  template.replace(placeholder, encodeURIComponent(name));
