import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { createLineSink } from "./log-lines.ts";

test.skipIf(!existsSync("/dev/full"))(
  "a disk that is full ends nobody, and lines are kept again once it has room",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "entourage-log-"));
    const file = join(folder, "web.log");
    symlinkSync("/dev/full", file); // Every write to it fails with ENOSPC.
    const sink = createLineSink(folder);
    sink("web", "lost");
    rmSync(file);
    await vi.waitFor(() => {
      sink("web", "kept");
      expect(readFileSync(file, "utf8")).toContain("kept");
    }, 15_000);
    rmSync(folder, { recursive: true });
  },
);
