/** A piece of JSON as it is shown: what kind of thing it is, and its text. */
export type JsonToken = { kind: "key" | "string" | "number" | "word" | "mark"; text: string };

/**
 * Signs that are not seen or that turn the text around: somebody could hide with them what is really said. Joiners of
 * emoji and scripts stay.
 */
const unseen =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** The text with every unseen sign written as its number. */
export function withUnseen(text: string): string {
  return text.replace(unseen, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** JSON on one line: as JSON writes it, with room after commas and colons, cut where it gets long. */
export function compactJson(value: unknown, mostCharacters: number): { text: string; isCut: boolean } {
  // Two characters of indentation at most become one line; strings have no line ends of their own in JSON.
  const whole = JSON.stringify(value, null, 1)
    .replace(/\n */g, " ")
    .replace(/([[{]) (?=[\]}])/g, "$1");
  const isCut = whole.length > mostCharacters;
  return { text: withUnseen(isCut ? whole.slice(0, mostCharacters) : whole), isCut };
}

/** JSON with a line for each part. */
export const indentedJson = (value: unknown): string => withUnseen(JSON.stringify(value, null, 2));

const token =
  /(?<string>"(?:[^"\\]|\\.)*"?)(?<colon>\s*:)?|(?<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<word>true|false|null)|(?<mark>[^"\dtfn-]+|.)/gsu;

/** Takes JSON, also a piece that was cut off, apart into what is shown in its own colour. */
export function jsonTokens(text: string): JsonToken[] {
  return [...text.matchAll(token)].flatMap(({ groups = {} }): JsonToken[] => {
    const { string, colon, number, word, mark } = groups;
    if (string !== undefined) {
      return colon === undefined
        ? [{ kind: "string", text: string }]
        : [
            { kind: "key", text: string },
            { kind: "mark", text: colon },
          ];
    }
    if (number !== undefined) return [{ kind: "number", text: number }];
    return word === undefined ? [{ kind: "mark", text: mark ?? "" }] : [{ kind: "word", text: word }];
  });
}
