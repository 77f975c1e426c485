// biome-ignore-all lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.

// Strings a terminal takes as orders: OSC (titles, links, clipboard), DCS, SOS, PM, APC, to their end or the line's.
const orders = /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?/g;
// Every CSI that is not a colour: cursor, erase, modes.
const moves = /(?:\u001b\[|\u009b)(?![\d;:]*m)[\u0030-\u003f]*[\u0020-\u002f]*[\u0040-\u007e]?/g;
const otherEscapes = /\u001b(?!\[[\d;:]*m)[\u0020-\u002f]*[\u0030-\u007e]?/g;
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f]/g;
// Marks that make text read in another order than it is stored.
const bidi = /[\u202a-\u202e\u2066-\u2069]/g;

/** A log with its colours and line breaks and nothing else a terminal would obey. A carriage return starts the line over. */
export function keepColours(text: string): string {
  return text
    .replace(orders, "")
    .replace(moves, "")
    .replace(otherEscapes, "")
    .replace(controls, "")
    .replace(bidi, "")
    .replace(/\r+\n/g, "\n")
    .replace(/[^\n]*\r/g, "");
}
