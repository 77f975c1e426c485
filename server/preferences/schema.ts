import { z } from "zod";

const keys = z
  .record(z.string().max(100), z.string().max(40))
  .refine((all) => Object.keys(all).length <= 300, "300 keys at most.")
  .describe("Keys of actions, by the action's name.");
const editor = z.strictObject({
  fontSize: z.int().min(8).max(32).optional(),
  tabSize: z.int().min(1).max(8).optional(),
  wrap: z.boolean().optional(),
  lineNumbers: z.boolean().optional(),
  keymap: z.enum(["default", "vim", "emacs"]).optional(),
});

export const preferences = z.strictObject({
  theme: z.enum(["system", "light", "dark"]).optional(),
  editor: editor.optional(),
  keys: keys.optional(),
});
export type Preferences = z.output<typeof preferences>;
export const getPreferencesInput = z.strictObject({});
export const preferencesResult = z.object({ preferences });
export const setPreferencesInput = z.strictObject({
  preferences: preferences.describe("Only what changes; each of theme, editor and keys is replaced whole."),
});
