import { hash, verify } from "@node-rs/argon2";

/** argon2id with the library's parameters (19 MiB, two passes), off the main thread. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize("NFKC"));
}

/** Takes as long for nobody as for somebody, so that timing does not tell who has an account. */
export async function isPassword(passwordHash: string | null | undefined, password: string): Promise<boolean> {
  decoy ??= hash("nobody has this password");
  const matches = await verify(passwordHash ?? (await decoy), password.normalize("NFKC"));
  return matches && typeof passwordHash === "string";
}

let decoy: Promise<string> | undefined;
