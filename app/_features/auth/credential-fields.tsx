import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";

/** The address; fixed when an invitation is for one address only. */
export function EmailField({ fixed, autoComplete }: { fixed?: string | null; autoComplete: string }) {
  return (
    <Field label="E-mail" name="email">
      <Input
        type="email"
        name="email"
        required
        maxLength={254}
        autoComplete={autoComplete}
        autoCapitalize="none"
        spellCheck={false}
        data-ask="Give your e-mail address, such as you@example.org."
        {...(fixed ? { defaultValue: fixed, readOnly: true } : {})}
      />
    </Field>
  );
}

/** The password: one that exists, or one to be made. */
export function PasswordField({ isNew }: { isNew?: boolean }) {
  return (
    <Field label="Password" name="password" hint={isNew ? "At least 8 characters. A sentence is good." : undefined}>
      <Input
        type="password"
        name="password"
        required
        minLength={isNew ? 8 : undefined}
        maxLength={200}
        autoComplete={isNew ? "new-password" : "current-password"}
        data-ask={isNew ? "Choose a password of at least 8 characters." : "Give your password."}
      />
    </Field>
  );
}
