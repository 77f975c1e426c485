import { describe, expect, it } from "vitest";
import { type Action, ActionRegistry, toBinding } from "./action-registry.ts";

const action = (id: string, more: Partial<Action> = {}): Action => ({
  id,
  title: id,
  group: "Test",
  run: () => undefined,
  ...more,
});

describe("the registry of actions", () => {
  it("runs what the keys mean, the last registered first", () => {
    const ran: string[] = [];
    const registry = new ActionRegistry();
    registry.set("page", [action("page", { keys: "c", run: () => ran.push("page") })]);
    registry.set("dialog", [action("dialog", { keys: "c", run: () => ran.push("dialog") })]);
    expect(registry.runKeys("c")).toBe(true);
    registry.remove("dialog");
    registry.runKeys("c");
    expect(ran).toEqual(["dialog", "page"]);
    expect(registry.runKeys("x")).toBe(false);
  });

  it("runs an action by the keys a person chose for it, and by its own no more", () => {
    const ran: string[] = [];
    const registry = new ActionRegistry();
    registry.set("page", [action("new", { keys: "c", run: () => ran.push("new") }), action("constructor")]);
    registry.chooseKeys({ new: "n" });
    expect([registry.runKeys("c"), registry.runKeys("n")]).toEqual([false, true]);
    expect(registry.list().map(({ keys }) => keys)).toEqual(["n", undefined]);
    registry.chooseKeys({});
    registry.runKeys("c");
    expect(ran).toEqual(["new", "new"]);
  });

  it("frees the keys of an action that may not run now", () => {
    const ran: string[] = [];
    const registry = new ActionRegistry();
    registry.set("below", [action("below", { keys: "a", run: () => ran.push("below") })]);
    registry.set("above", [action("above", { keys: "a", when: () => false, run: () => ran.push("above") })]);
    registry.runKeys("a");
    expect(ran).toEqual(["below"]);
  });

  it("stays silent when only the functions changed, and runs the newest", () => {
    let told = 0;
    const ran: number[] = [];
    const registry = new ActionRegistry();
    registry.subscribe(() => told++);
    registry.set("page", [action("go", { keys: "g b", run: () => ran.push(1) })]);
    const shown = registry.list();
    registry.set("page", [action("go", { keys: "g b", run: () => ran.push(2) })]);
    expect(told).toBe(1);
    expect(registry.list()).toBe(shown);
    registry.run("go");
    expect(ran).toEqual([2]);
    registry.set("page", [action("go", { keys: "g b", title: "Go somewhere else" })]);
    expect(told).toBe(2);
  });

  it("asks sequences before their own last key", () => {
    const registry = new ActionRegistry();
    registry.set("page", [action("assign", { keys: "a" }), action("agents", { keys: "g a" })]);
    expect(registry.keys().split("\n")).toEqual(["g a", "a"]);
  });
});

it("spells keys for every keyboard", () => {
  expect(["g b", "mod+k", "?", "/", "g ,", "shift+d", "Enter", "["].map(toBinding)).toEqual([
    "g b",
    "$mod+k",
    "[Shift]+?",
    "[Shift]+/",
    "g [Shift]+,",
    "Shift+d",
    "Enter",
    "[Shift]+[",
  ]);
});
