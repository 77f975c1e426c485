"use client";

import { useQuery } from "@tanstack/react-query";
import { MessagesSquare, PenLine } from "lucide-react";
import { parseAsBoolean, parseAsString, useQueryState, useQueryStates } from "nuqs";
import { useState } from "react";
import { Loaded } from "#app/_features/settings/loaded.tsx";
import { RoomHead } from "#app/_features/settings/room-head.tsx";
import { ChoiceDialog } from "#app/_features/tasks/choice-dialog.tsx";
import { type Work, WorkProvider, useWork } from "#app/_features/tasks/work-context.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { useActions } from "#app/_shell/actions.tsx";
import { useListActions } from "#app/_shell/list-actions.ts";
import { ActorAvatar } from "#app/_ui/avatar.tsx";
import { Button } from "#app/_ui/button.tsx";
import { EmptyState } from "#app/_ui/empty-state.tsx";
import { Segmented } from "#app/_ui/segmented.tsx";
import { SkeletonRows } from "#app/_ui/skeleton.tsx";
import { type Conversation, ConversationRow, keyOf } from "./conversation-row.tsx";
import { ConversationPane } from "./conversation-pane.tsx";

/** The conversations of a team with what the server has read for it. */
export function MessagesRoom({ work }: { work: Work }) {
  return (
    <WorkProvider work={work}>
      <Messages />
    </WorkProvider>
  );
}

/** Conversations by task and by person or agent, unread first; the chosen one beside them. */
function Messages() {
  const { team, people, me, canWork } = useWork();
  const [mine, setMine] = useQueryState("mine", parseAsBoolean.withDefault(true));
  const [open, setOpen] = useQueryStates({ task: parseAsString, with: parseAsString }, { history: "replace" });
  const [selected, setSelected] = useState<string | null>(null);
  const [choosing, setChoosing] = useState(false);
  const query = useQuery(useTRPC().messages.conversations.queryOptions({ teamId: team.id, mine }));
  const conversations = query.data?.conversations ?? [];
  const opened = open.task ? `task:${open.task}` : open.with ? `with:${open.with}` : null;
  const others = people.filter(({ id }) => id !== me.id);
  const openOne = (key: string) => {
    setSelected(key);
    const [kind, ref = ""] = key.split(":");
    void setOpen(kind === "task" ? { task: ref, with: null } : { task: null, with: ref });
  };
  const close = () => void setOpen({ task: null, with: null });
  useListActions({
    noun: "conversation",
    keys: conversations.map(keyOf),
    selected: selected ?? opened,
    onSelect: (key) => (opened ? openOne(key) : setSelected(key)),
    onOpen: openOne,
    onPeek: (key) => (opened === key ? close() : openOne(key)),
  });
  useActions([
    {
      id: "message.new",
      title: "Write to somebody",
      group: "Messages",
      keys: "c",
      icon: <PenLine />,
      when: () => canWork,
      run: () => setChoosing(true),
    },
    {
      id: "message.close",
      title: "Close the conversation",
      group: "Messages",
      keys: "Escape",
      when: () => opened !== null,
      run: close,
    },
  ]);
  return (
    <div className="flex h-full min-h-0">
      <div
        className={`flex min-w-0 flex-col overflow-y-auto ${opened ? "border-r max-md:hidden md:w-80 md:shrink-0 lg:w-96" : "grow"}`}
      >
        <RoomHead title="Messages" summary={opened ? null : summaryOf(conversations)}>
          <Segmented
            label="Whose"
            value={mine ? "mine" : "all"}
            onValueChange={(next) => void setMine(next === "mine" ? null : false)}
            options={[
              { value: "mine", label: "Mine" },
              { value: "all", label: "All" },
            ]}
          />
          {canWork ? (
            <Button
              variant="primary"
              size="sm"
              icon={<PenLine className="size-3.5" />}
              keys="c"
              onClick={() => setChoosing(true)}
            >
              Write
            </Button>
          ) : null}
        </RoomHead>
        <Loaded query={query} what="The messages" skeleton={<SkeletonRows count={8} label="Loading the messages" />}>
          {() =>
            conversations.length === 0 ? (
              <EmptyState
                icon={<MessagesSquare />}
                title={mine ? "Nobody has written to you yet" : "Nothing was written yet"}
                action={canWork ? <Button onClick={() => setChoosing(true)}>Write to somebody</Button> : null}
              >
                A message to an agent wakes it while it waits for work. What is written about a task stands on the
                task&apos;s page too; @ and a name reaches further ones.
              </EmptyState>
            ) : (
              <ul aria-label="Conversations">
                {conversations.map((conversation) => (
                  <ConversationRow
                    key={keyOf(conversation)}
                    conversation={conversation}
                    isSelected={keyOf(conversation) === (selected ?? opened)}
                    onOpen={() => openOne(keyOf(conversation))}
                  />
                ))}
              </ul>
            )
          }
        </Loaded>
      </div>
      {opened ? (
        <ConversationPane
          key={opened}
          task={open.task}
          with={people.find(({ id }) => id === open.with) ?? personOf(conversations, open.with)}
          onClose={close}
        />
      ) : null}
      {choosing ? (
        <ChoiceDialog
          title="Write to"
          placeholder="An agent or a person"
          choices={others.map((person) => ({
            id: person.id,
            label: person.name,
            icon: <ActorAvatar kind={person.kind} name={person.name} size={20} decorative />,
            onChoose: () => openOne(`with:${person.id}`),
          }))}
          onClose={() => setChoosing(false)}
        />
      ) : null}
    </div>
  );
}

/** Somebody who has left the team is still whom one wrote with. */
function personOf(conversations: readonly Conversation[], id: string | null) {
  return conversations.find((conversation) => conversation.with?.id === id)?.with ?? undefined;
}

function summaryOf(conversations: readonly Conversation[]): string {
  const unread = conversations.reduce((sum, each) => sum + each.unread, 0);
  if (conversations.length === 0) return "";
  return unread > 0 ? `${unread} unread` : `${conversations.length}, all read`;
}
