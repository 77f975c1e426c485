"use client";

import { useState } from "react";
import { Button } from "#app/_ui/button.tsx";
import { Field } from "#app/_ui/field.tsx";
import { RelativeTime } from "#app/_ui/relative-time.tsx";
import { Select } from "#app/_ui/select.tsx";
import { type Device, shownDevice } from "#server/device-sign-ins/schema.ts";
import { type Answer, runOperation } from "./sign-in-client.ts";

export interface Organization {
  id: string;
  name: string;
}

/** What asks, from where and since when; in which organization it would act; yes or no. */
export function DeviceDecision({
  code,
  device,
  organizations,
  onDecided,
}: {
  code: string;
  device: Device;
  organizations: readonly Organization[];
  onDecided: (device: Device) => void;
}) {
  const [organizationId, setOrganizationId] = useState(organizations[0]?.id ?? "");
  const [busy, setBusy] = useState<"approve" | "deny">();
  const [refusal, setRefusal] = useState("");

  async function decide(verb: "approve" | "deny") {
    setBusy(verb);
    setRefusal("");
    const answer: Answer =
      verb === "approve"
        ? await runOperation("approve_device", { userCode: code, organizationId })
        : await runOperation("deny_device", { userCode: code });
    setBusy(undefined);
    if ("refusal" in answer) setRefusal(answer.refusal.message);
    else onDecided(shownDevice.parse(answer.value).device);
  }

  return (
    <div className="flex flex-col gap-4">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 text-app">
        <dt className="text-muted">Client</dt>
        <dd className="min-w-0 font-medium break-words text-ink">{device.clientName}</dd>
        <dt className="text-muted">From</dt>
        <dd className="min-w-0 break-words text-ink">{device.ip}</dd>
        <dt className="text-muted">Asked</dt>
        <dd className="text-ink">
          <RelativeTime at={device.askedAt} />
        </dd>
        <dt className="text-muted">Its code</dt>
        <dd className="font-mono tracking-widest text-ink">{code}</dd>
      </dl>
      {organizations.length === 0 ? (
        <p className="text-app text-muted">You are in no organization, so there is nothing it could do as you.</p>
      ) : (
        <Field label="Organization it acts in" name="organization">
          <Select
            options={organizations.map(({ id, name }) => ({ value: id, label: name }))}
            value={organizationId}
            onValueChange={setOrganizationId}
          />
        </Field>
      )}
      <p role="alert" className="min-h-4 text-small text-danger">
        {refusal}
      </p>
      <div className="flex gap-2">
        <Button
          variant="primary"
          size="lg"
          className="grow"
          loading={busy === "approve"}
          disabled={organizationId === ""}
          onClick={() => void decide("approve")}
        >
          Let it in for 7 days
        </Button>
        <Button size="lg" loading={busy === "deny"} onClick={() => void decide("deny")}>
          Refuse
        </Button>
      </div>
    </div>
  );
}
