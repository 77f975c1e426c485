import { object } from "@optique/core/constructs";
import { z } from "zod";
import { type Cli, defineCommand } from "../command.ts";
import { call, send } from "../connection.ts";
import { CliFailure, exits } from "../failure.ts";
import { columns, plain } from "../output.ts";
import { isExposed, settingsPath } from "../settings.ts";

interface Finding {
  check: string;
  ok: boolean;
  told: string;
}

const MOST_SKEW_SECONDS = 60;
const pong = z.looseObject({ name: z.string(), role: z.string(), time: z.iso.datetime() });

export const doctor = defineCommand(
  "doctor",
  { brief: "Look at what stands between this command line and a server." },
  object({}),
  async (_nothing, cli) => {
    const findings = [settingsFinding(), ...(await serverFindings(cli))];
    const rows = columns(findings.map(({ ok, check, told }) => [ok ? "ok" : "FAULT", check, told])).split("\n");
    for (const [place, finding] of findings.entries()) cli.output.data(finding, () => rows[place] ?? "");
    if (findings.some(({ ok }) => !ok)) throw new CliFailure(exits.failed, "Something is not as it should be.");
  },
);

function settingsFinding(): Finding {
  const exposed = isExposed();
  const told = exposed ? `${settingsPath()} can be read by others. chmod 600 it.` : settingsPath();
  return { check: "settings", ok: !exposed, told };
}

async function serverFindings({ connection }: Cli): Promise<Finding[]> {
  const ready = await send(`${connection.server}/readyz`, {}, connection);
  const server = { check: "server", ok: ready?.ok ?? false, told: connection.server };
  if (!ready) return [{ ...server, told: `Nobody answers at ${connection.server}.` }];
  if (!ready.ok)
    return [{ ...server, told: `${connection.server} is not ready: ${plain((await ready.text()).slice(0, 300))}` }];
  try {
    const { name, role, time } = await call(connection, "ping", {}, pong);
    const skewSeconds = Math.round(Math.abs(Date.now() - Date.parse(time)) / 1000);
    return [
      server,
      { check: "access", ok: true, told: `${name} (${role})` },
      { check: "clock", ok: skewSeconds <= MOST_SKEW_SECONDS, told: `${skewSeconds} s apart from the server` },
    ];
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    return [server, { check: "access", ok: false, told: error.message }];
  }
}
