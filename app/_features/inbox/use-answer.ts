"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { refusalOf } from "#app/_features/settings/refusal.ts";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { toast } from "#app/_ui/toast.ts";
import type { PolicyScope } from "#db/enums.ts";
import type { Answer, HumanRequest } from "./inbox-types.ts";

/** What is granted from now on together with a yes: an action by its name, or of a tool exactly what it asked for. */
export type Always = { action?: string; scope?: PolicyScope; repoId: string | null; until: string | null };

/**
 * Sends answers. The item leaves the list at once; when somebody else was faster, or the answer is refused, it comes back
 * as it is now and a message says why.
 */
export function useAnswer() {
  const trpc = useTRPC();
  const client = useQueryClient();
  const waiting = trpc.requests.waiting.queryKey({});
  const takeOut = async (ids: readonly string[]) => {
    await client.cancelQueries({ queryKey: waiting });
    const before = client.getQueryData(waiting);
    if (before) {
      const items = before.items.filter(({ id }) => !ids.includes(id));
      client.setQueryData(waiting, { ...before, items, total: before.total - (before.items.length - items.length) });
    }
    return { before };
  };
  const readAgain = () => {
    void client.invalidateQueries({ queryKey: trpc.requests.pathKey() });
    void client.invalidateQueries({ queryKey: trpc.tasks.pathKey() });
  };
  const one = useMutation(
    trpc.requests.respond.mutationOptions({
      onMutate: ({ request }) => takeOut([request]),
      onError: (error, _input, context) => {
        if (context?.before) client.setQueryData(waiting, context.before);
        toast.error("Your answer was not taken", { description: refusalOf(error) });
      },
      onSettled: readAgain,
    }),
  );
  const many = useMutation(
    trpc.requests.respondAll.mutationOptions({
      onMutate: ({ answers }) => takeOut(answers.map(({ request }) => request)),
      onSuccess: ({ answered, refused }) => {
        if (refused.length === 0) return toast.success(`${answered.length} answered`);
        const [first] = refused;
        return toast.error(`${answered.length} answered, ${refused.length} not`, { description: first?.reason });
      },
      onError: (error, _input, context) => {
        if (context?.before) client.setQueryData(waiting, context.before);
        toast.error("Your answers were not taken", { description: refusalOf(error) });
      },
      onSettled: readAgain,
    }),
  );
  return {
    isPending: one.isPending || many.isPending,
    /** @returns whether it was taken. */
    answer: (request: HumanRequest, answer: Answer, alwaysAllow?: Always) =>
      one.mutateAsync({ request: request.id, answer, ...(alwaysAllow ? { alwaysAllow } : {}) }).then(
        () => {
          toast.success("Your answer is given", { description: request.title });
          return true;
        },
        () => false,
      ),
    answerAll: (requests: readonly HumanRequest[], answer: Answer) =>
      many.mutateAsync({ answers: requests.map(({ id }) => ({ request: id, answer })) }).then(
        () => true,
        () => false,
      ),
  };
}
