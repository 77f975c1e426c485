import { expect, test } from "vitest";
import { readPaneSizes } from "./pane-sizes.ts";

test("sizes that were kept are read again, and what is no size is left out", () => {
  expect(readPaneSizes("across~chat:46.5~work:53.5|down~beside:64~below:36")).toEqual({
    across: { chat: 46.5, work: 53.5 },
    down: { beside: 64, below: 36 },
  });
  expect(readPaneSizes(undefined)).toEqual({});
  expect(readPaneSizes("across~chat:x~work:1|down~beside:400~below:1|alone~one:100")).toEqual({});
});
