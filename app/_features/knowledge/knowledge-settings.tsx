"use client";

import { FileText, FolderGit2 } from "lucide-react";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useMe } from "#app/_features/members/use-me.ts";
import { LookOnly } from "#app/_features/members/who-can-grant.tsx";
import { SettingsPage } from "#app/_features/settings/settings-page.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { Button } from "#app/_ui/button.tsx";
import { AddDocumentDialog } from "./add-document-dialog.tsx";
import { AddRepoDialog } from "./add-repo-dialog.tsx";
import { KnowledgeSearch } from "./knowledge-search.tsx";
import { Sources } from "./sources.tsx";

const dialogs = ["document", "repo"] as const;

/** What agents can look up: documents and repositories, how far each is indexed, and a box to try it. */
export function KnowledgeSettings() {
  const { can, isKnown } = useMe();
  const canManage = can("repos:manage");
  const [open, setOpen] = useQueryState("open", parseAsStringLiteral(dialogs));
  const addDocument = () => void setOpen("document");
  const addRepo = () => void setOpen("repo");
  useActions([
    {
      id: "knowledge.document",
      title: "Add a document",
      group: "Knowledge",
      keys: "c",
      icon: <FileText />,
      when: () => canManage,
      run: addDocument,
    },
    {
      id: "knowledge.repo",
      title: "Index a repository",
      group: "Knowledge",
      icon: <FolderGit2 />,
      when: () => canManage,
      run: addRepo,
    },
  ]);
  return (
    <SettingsPage
      title="Knowledge"
      lead="What agents can look up while they work, by meaning and by name. It is indexed here: no text leaves this installation for it."
      action={
        canManage ? (
          <span className="flex flex-wrap gap-2">
            <Button icon={<FolderGit2 className="size-4" />} onClick={addRepo}>
              Index a repository
            </Button>
            <Button variant="primary" icon={<FileText className="size-4" />} keys="c" onClick={addDocument}>
              Add a document
            </Button>
          </span>
        ) : null
      }
    >
      {isKnown && !canManage ? <LookOnly what="add documents and have repositories indexed" /> : null}
      <KnowledgeSearch />
      <Sources canManage={canManage} onAdd={addDocument} />
      {open === "document" && canManage ? <AddDocumentDialog onClose={() => void setOpen(null)} /> : null}
      {open === "repo" && canManage ? <AddRepoDialog onClose={() => void setOpen(null)} /> : null}
    </SettingsPage>
  );
}
