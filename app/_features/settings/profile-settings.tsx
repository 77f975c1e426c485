"use client";

import { type SubmitEvent, useRef, useState } from "react";
import { useMe } from "#app/_features/members/use-me.ts";
import { ThemePreference } from "#app/_features/preferences/theme-preference.tsx";
import { useTRPC } from "#app/_lib/trpc.tsx";
import { Avatar } from "#app/_ui/avatar.tsx";
import { Button } from "#app/_ui/button.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { Skeleton } from "#app/_ui/skeleton.tsx";
import { refusalOf } from "./refusal.ts";
import { Section, SettingsPage } from "./settings-page.tsx";
import { SignInList } from "./sign-in-list.tsx";
import { useChange } from "./use-change.ts";

/** Oneself: name, look, password, and the browsers one is signed in with. */
export function ProfileSettings() {
  const { me } = useMe();
  return (
    <SettingsPage title="Profile" lead="What is yours alone, in every organization you are in.">
      <Section title="You">
        {me ? (
          <p className="flex items-center gap-3 text-read">
            <Avatar name={me.name} size={32} decorative />
            <span className="font-medium">{me.name}</span>
            <span className="text-app text-muted">{me.role} here</span>
          </p>
        ) : (
          <Skeleton className="h-8 w-56" />
        )}
      </Section>
      {me ? <NameSection name={me.name} /> : null}
      <Section title="Theme">
        <ThemePreference />
      </Section>
      <PasswordSection />
      <SignInList />
    </SettingsPage>
  );
}

function NameSection({ name }: { name: string }) {
  const [failure, setFailure] = useState<string>();
  const change = useChange(useTRPC().profile.update.mutationOptions(), {
    done: (updated) => `You are called ${updated.name} now`,
    refused: "Your name was not changed",
  });
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setFailure(undefined);
    const wanted = new FormData(event.currentTarget).get("name");
    try {
      await change.send({ name: typeof wanted === "string" ? wanted : "" });
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  return (
    <Section title="Name" lead="What others see, in every organization. What you did before keeps the name you had.">
      <form onSubmit={submit} className="flex max-w-md flex-col gap-4">
        <Field label="Name" name="name" error={failure}>
          <Input key={name} name="name" required maxLength={100} defaultValue={name} autoComplete="name" />
        </Field>
        <div>
          <Button type="submit" loading={change.isPending}>
            Change name
          </Button>
        </div>
      </form>
    </Section>
  );
}

function PasswordSection() {
  const form = useRef<HTMLFormElement>(null);
  const [failure, setFailure] = useState<string>();
  const change = useChange(useTRPC().signIns.changePassword.mutationOptions(), {
    done: ({ ended }) =>
      ended === 0
        ? "Your password is changed"
        : `Your password is changed; ${ended} other ${ended === 1 ? "browser was" : "browsers were"} signed out`,
    refused: "The password was not changed",
  });
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setFailure(undefined);
    const fields = new FormData(event.currentTarget);
    const text = (name: string) => {
      const value = fields.get(name);
      return typeof value === "string" ? value : "";
    };
    try {
      await change.send({ current: text("current"), next: text("next") });
      form.current?.reset();
    } catch (error) {
      setFailure(refusalOf(error));
    }
  };
  return (
    <Section title="Password" lead="A new one ends all your other sign-ins.">
      <form ref={form} onSubmit={submit} className="flex max-w-md flex-col gap-4">
        <Field
          label="Password now"
          name="current"
          hint="Empty if you never had one, because you sign in with another account."
          error={failure}
        >
          <Input name="current" type="password" maxLength={200} autoComplete="current-password" />
        </Field>
        <Field label="New password" name="next" hint="At least 8 characters.">
          <Input name="next" type="password" required minLength={8} maxLength={200} autoComplete="new-password" />
        </Field>
        <div>
          <Button type="submit" loading={change.isPending}>
            Change password
          </Button>
        </div>
      </form>
    </Section>
  );
}
