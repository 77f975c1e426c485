"use client";

import { type ReactNode, useEffect, useRef, useState } from "react";
import { z } from "zod";
import { Button } from "#app/_ui/button.tsx";
import { Field } from "#app/_ui/field.tsx";
import { Input } from "#app/_ui/input.tsx";
import { type Device, shownDevice } from "#server/device-sign-ins/schema.ts";
import { AuthForm } from "./auth-form.tsx";
import { DeviceDecision, type Organization } from "./device-decision.tsx";
import { type Refusal, runOperation } from "./sign-in-client.ts";

const profile = z.object({ organizations: z.array(z.object({ id: z.string(), name: z.string() })) });

/** The client that shows a code, once it is found, and where it could be let in. */
interface Found {
  code: string;
  device: Device;
  organizations: Organization[];
}

/** Asks for the code, shows what it belongs to, and says how it ended. A code in the address is looked up at once. */
export function DeviceForm({ given }: { given: string }) {
  const [found, setFound] = useState<Found>();
  const [refusal, setRefusal] = useState<Refusal>();
  const [looking, setLooking] = useState(given !== "");
  const isLooked = useRef(false);

  async function look(code: string): Promise<Refusal | undefined> {
    const answer = await runOperation("get_device", { userCode: code });
    if ("refusal" in answer) return { ...answer.refusal, field: "code" };
    const own = await runOperation("get_profile", {});
    if ("refusal" in own) return own.refusal;
    const { organizations } = profile.parse(own.value);
    setFound({ code: code.toUpperCase(), device: shownDevice.parse(answer.value).device, organizations });
    return undefined;
  }

  useEffect(() => {
    if (!given || isLooked.current) return;
    isLooked.current = true;
    void look(given).then((wrong) => {
      setRefusal(wrong);
      setLooking(false);
    });
  }, [given]);

  if (looking) return <Told title="Looking for the client …">This takes a moment.</Told>;
  if (!found) {
    return (
      <AuthForm action="Go on" refusal={refusal} onSubmit={({ code = "" }) => look(code)}>
        <Field label="Code" name="code">
          <Input
            name="code"
            defaultValue={given}
            required
            maxLength={40}
            placeholder="BCDF-GHJK"
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            className="text-center font-mono text-title tracking-widest uppercase"
            data-ask="Type the eight letters that the command line shows."
          />
        </Field>
      </AuthForm>
    );
  }
  const again = (
    <Button size="lg" onClick={() => setFound(undefined)}>
      Type another code
    </Button>
  );
  switch (found.device.state) {
    case "waiting":
      return <DeviceDecision {...found} onDecided={(device) => setFound({ ...found, device })} />;
    case "approved":
      return (
        <Told title={`${found.device.clientName} is in`}>
          The command line goes on by itself within seconds; you can close this page. It ends after seven days, or when
          you end it in your profile, under “Sign-ins”.
        </Told>
      );
    case "denied":
      return (
        <Told title={`${found.device.clientName} was refused`}>
          It got nothing. If you did not start it, somebody may have sent you its code.
        </Told>
      );
    case "expired":
      return (
        <Told title="This code has expired" action={again}>
          Codes are good for ten minutes. Run `entourage login` again for a new one.
        </Told>
      );
  }
}

function Told({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <div role="status" className="flex flex-col gap-3">
      <h2 className="text-title font-semibold break-words text-ink">{title}</h2>
      <p className="text-app text-muted">{children}</p>
      {action}
    </div>
  );
}
