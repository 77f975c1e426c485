"use client";

import { defaultHighlightStyle, HighlightStyle, LanguageDescription, syntaxHighlighting } from "@codemirror/language";
import { languages } from "@codemirror/language-data";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { basicSetup } from "codemirror";
import { useEffect, useRef } from "react";
import { usePreferences } from "#app/_features/preferences/use-preferences.ts";
import type { Preferences } from "#server/preferences/schema.ts";

export type CodeEditorProps = {
  path: string;
  /** What the file holds; another text is another file or another version of it, and replaces what is written. */
  text: string;
  isReadOnly: boolean;
  onChange: (text: string) => void;
  /** ⌘S */
  onSave: () => void;
};

/** A file to be edited. It highlights by the file's name; Tab indents, and Esc then Tab leaves it. */
export function CodeEditor({ path, text, isReadOnly, onChange, onSave }: CodeEditorProps) {
  const { preferences } = usePreferences();
  const { fontSize, tabSize, wrap, lineNumbers } = preferences?.editor ?? {};
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const handlers = useRef({ onChange, onSave });
  const held = useRef(text);
  useEffect(() => {
    handlers.current = { onChange, onSave };
  });
  useEffect(() => {
    if (!place.current) return;
    const language = new Compartment();
    const editor = new EditorView({
      parent: place.current,
      doc: held.current,
      extensions: [
        keymap.of([
          {
            key: "Mod-s",
            run: () => {
              handlers.current.onSave();
              return true;
            },
          },
        ]),
        basicSetup,
        syntaxHighlighting(colours),
        language.of([]),
        look,
        asPreferred({ fontSize, tabSize, wrap, lineNumbers }),
        EditorState.readOnly.of(isReadOnly),
        EditorView.contentAttributes.of({ "aria-label": path }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) handlers.current.onChange(update.state.doc.toString());
        }),
      ],
    });
    view.current = editor;
    void LanguageDescription.matchFilename(languages, path)
      ?.load()
      .then((support) => {
        if (view.current === editor) editor.dispatch({ effects: language.reconfigure(support) });
      })
      // Without its language it is plain text.
      .catch(() => undefined);
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, [path, isReadOnly, fontSize, tabSize, wrap, lineNumbers]);
  useEffect(() => {
    held.current = text;
    const editor = view.current;
    // What was saved is what stands there: the cursor stays where it is.
    if (!editor || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);
  return <div ref={place} className="h-full min-h-0 overflow-hidden [&_.cm-editor]:h-full" />;
}

function asPreferred({ fontSize, tabSize, wrap, lineNumbers }: NonNullable<Preferences["editor"]>): Extension {
  return [
    tabSize ? EditorState.tabSize.of(tabSize) : [],
    wrap ? EditorView.lineWrapping : [],
    EditorView.theme({
      ...(fontSize ? { "&": { fontSize: `${fontSize}px` }, ".cm-scroller": { lineHeight: `${fontSize + 8}px` } } : {}),
      ...(lineNumbers === false ? { ".cm-lineNumbers": { display: "none" } } : {}),
    }),
  ];
}

// The library's colours are for a white page; ours can be read on both.
const tokenOf: Record<string, string> = {
  "#404740": "muted",
  "#708": "agent",
  "#219": "info",
  "#164": "success",
  "#a11": "success",
  "#e40": "warning",
  "#00f": "accent-text",
  "#30a": "ink",
  "#085": "info",
  "#167": "info",
  "#256": "accent-text",
  "#00c": "accent-text",
  "#940": "faint",
  "#f00": "danger",
};
const colours = HighlightStyle.define(
  defaultHighlightStyle.specs.map((spec) =>
    typeof spec.color === "string" ? { ...spec, color: `var(--${tokenOf[spec.color] ?? "ink"})` } : spec,
  ),
);

const look = EditorView.theme({
  "&": { fontSize: "12px", backgroundColor: "var(--surface)", color: "var(--ink)" },
  ".cm-scroller": { fontFamily: "var(--font-geist-mono), monospace", lineHeight: "20px" },
  ".cm-content": { caretColor: "var(--ink)" },
  "&.cm-focused": { outline: "none" },
  "&.cm-focused .cm-cursor": { borderLeftColor: "var(--accent-text)" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--faint)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hover)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground, ::selection": {
    backgroundColor: "var(--selected) !important",
  },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--ink)" },
});
