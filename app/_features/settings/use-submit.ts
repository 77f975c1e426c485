import { type SubmitEvent, useState } from "react";
import { refusalOf } from "./refusal.ts";

/** What a form does when it is sent. `failure` says in words why it was refused the last time. */
export function useSubmit(send: (form: HTMLFormElement) => Promise<unknown>) {
  const [failure, setFailure] = useState<string>();
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setFailure(undefined);
    try {
      await send(event.currentTarget);
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  return { failure, submit };
}
