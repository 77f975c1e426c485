"use client";

import { Switch } from "#app/_ui/checkbox.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Select } from "#app/_ui/select.tsx";
import type { Preferences } from "#server/preferences/schema.ts";

type Editor = NonNullable<Preferences["editor"]>;
type EditorPreferencesProps = { editor: Editor; onChange: (editor: Editor) => void };

const sizes = [10, 11, 12, 13, 14, 16, 18, 20].map((size) => ({ value: String(size), label: `${size} pixels` }));
const tabs = [2, 4, 8].map((size) => ({ value: String(size), label: `${size} spaces` }));

/** How files look while they are edited; what is changed counts at once. */
export function EditorPreferences({ editor, onChange }: EditorPreferencesProps) {
  return (
    <div className="flex max-w-md flex-col gap-4">
      <div className="grid grid-cols-2 gap-4">
        <Field label="Size of the text">
          <Select
            options={sizes}
            value={String(editor.fontSize ?? 12)}
            onValueChange={(size) => onChange({ ...editor, fontSize: Number(size) })}
          />
        </Field>
        <Field label="A tab is">
          <Select
            options={tabs}
            value={String(editor.tabSize ?? 4)}
            onValueChange={(size) => onChange({ ...editor, tabSize: Number(size) })}
          />
        </Field>
      </div>
      <Switch
        label="Wrap long lines"
        checked={editor.wrap ?? false}
        onCheckedChange={(wrap) => onChange({ ...editor, wrap })}
      />
      <Switch
        label="Show line numbers"
        checked={editor.lineNumbers ?? true}
        onCheckedChange={(lineNumbers) => onChange({ ...editor, lineNumbers })}
      />
    </div>
  );
}
