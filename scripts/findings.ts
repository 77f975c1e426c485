import { type Finding, isSound } from "#server/audit/finding.ts";

/** One line a check, faults below it. @returns whether all is sound. */
export function printFindings(findings: readonly Finding[]): boolean {
  for (const finding of findings) {
    const { check, looked, unit, promise, faults, faultCount } = finding;
    process.stdout.write(
      `${isSound(finding) ? "ok  " : "FAIL"}  ${check.padEnd(32)} ${String(looked).padStart(8)} ${unit.padEnd(8)}  ${promise}\n`,
    );
    for (const fault of faults) process.stdout.write(`        ${fault}\n`);
    if (faultCount > faults.length) process.stdout.write(`        … and ${faultCount - faults.length} more\n`);
  }
  return findings.every(isSound);
}
