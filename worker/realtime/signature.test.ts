import { expect, test } from "vitest";
import { channelAuth, requestSignature, userAuth, whyUnsigned } from "./signature.ts";

// The worked examples of Pusher's public documentation.
const app = { id: "3", key: "278d425bdf160c739803", secret: "7ad3773142a6692b25b8" };
const body = Buffer.from('{"name":"foo","channels":["project-3"],"data":"{\\"some\\":\\"data\\"}"}');
const signature = "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c";
const query = new URLSearchParams({
  auth_key: app.key,
  auth_timestamp: "1353088179",
  auth_version: "1.0",
  body_md5: "ec365a775a4cd0599faeb73354201b6f",
  auth_signature: signature,
});
const request = { method: "POST", path: "/apps/3/events", query, body };
const clock = { nowSeconds: 1353088179, toleranceSeconds: 600 };

test("a private channel's authorization is the documented one", () => {
  expect(channelAuth(app, "1234.1234", "private-foobar")).toBe(
    "278d425bdf160c739803:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4",
  );
});

test("a presence channel's authorization covers the member's data", () => {
  // The digest that the documentation prints belongs to this name; its text beside it has another one.
  const member = '{"user_id":10,"user_info":{"name":"Mr. Pusher"}}';
  expect(channelAuth(app, "1234.1234", "presence-foobar", member)).toBe(
    "278d425bdf160c739803:afaed3695da2ffd16931f457e338e6c9f2921fa133ce7dac49f529792be6304c",
  );
});

test("a user's authentication is the documented one", () => {
  expect(userAuth(app, "1234.1234", '{"id":"12345"}')).toBe(
    "278d425bdf160c739803:4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba",
  );
});

test("a request of the HTTP API is signed as documented, and accepted", () => {
  expect(requestSignature(app.secret, request)).toBe(signature);
  expect(whyUnsigned(app, request, clock)).toBeUndefined();
});

test("a request is refused when any signed part of it is another", () => {
  const altered = (changes: Record<string, string>) =>
    new URLSearchParams({ ...Object.fromEntries(query), ...changes });
  const why = (changes: object, at = clock) => whyUnsigned(app, { ...request, ...changes }, at);
  expect(why({ query: altered({ auth_key: "other" }) })).toContain("auth_key");
  expect(why({ query: altered({ auth_timestamp: "soon" }) })).toContain("auth_timestamp");
  expect(why({}, { ...clock, nowSeconds: clock.nowSeconds + 601 })).toContain("601 s");
  expect(why({}, { ...clock, nowSeconds: clock.nowSeconds - 601 })).toContain("601 s");
  expect(why({}, { ...clock, nowSeconds: clock.nowSeconds + 599 })).toBeUndefined();
  expect(why({ body: Buffer.from("{}") })).toContain("body_md5");
  expect(why({ path: "/apps/3/batch_events" })).toContain("auth_signature");
  expect(why({ method: "PUT" })).toContain("auth_signature");
  expect(why({ query: altered({ extra: "1" }) })).toContain("auth_signature");
  expect(why({ query: altered({ auth_signature: "" }) })).toContain("auth_signature");
});
