"use client";

import { type UseMutationOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { toast } from "#app/_ui/toast.ts";
import { refusalOf } from "./refusal.ts";

type Change<Input, Output> = {
  /** Sends it; a refusal is thrown, for a form or a dialog that shows it in place. */
  send: (input: Input) => Promise<Output>;
  /** Sends it; a refusal is shown as a toast. True when it was done. */
  apply: (input: Input) => Promise<boolean>;
  isPending: boolean;
};

type Words<Input, Output> = {
  /** What happened, for the toast; nothing when the page shows it well enough. */
  done?: (output: Output, input: Input) => string;
  /** What stays as it was: "The agent was not paused". */
  refused: string;
};

/** A change by a person: everything on the page is read again after it, and a toast tells what happened. */
export function useChange<Input, Output, Failure>(
  options: UseMutationOptions<Output, Failure, Input>,
  { done, refused }: Words<Input, Output>,
): Change<Input, Output> {
  const client = useQueryClient();
  const mutation = useMutation({
    ...options,
    onSuccess: (output, input) => {
      if (done) toast.success(done(output, input));
      void client.invalidateQueries();
    },
  });
  return {
    send: mutation.mutateAsync,
    apply: (input) =>
      mutation.mutateAsync(input).then(
        () => true,
        (error: unknown) => {
          toast.error(refused, { description: refusalOf(error) });
          return false;
        },
      ),
    isPending: mutation.isPending,
  };
}
