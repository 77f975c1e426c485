import type { NextAuthConfig } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import GitHub from "next-auth/providers/github";
import { z } from "zod";
import { AppError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { asSystem } from "./actor.ts";
import { admitIdentity, findByIdentity, type Identity } from "./provider-account.ts";
import type { AuthRuntime } from "./session.ts";
import { sessionSettings } from "./settings.ts";
import { endSignIn, findByPassword, readSignIn, renewSignIn, signInDays, startSignIn } from "./sign-in.ts";

declare module "next-auth" {
  interface Session {
    /** The slug of the organization to begin in. */
    org?: string | null;
  }
}

/** What next-auth needs of us: nothing else in the product knows it. */
export interface SignInRequest {
  runtime: AuthRuntime & { log: Logger };
  ip: string;
  userAgent: string;
  /** The invitation whose page they came from; lets a new identity in. */
  invitation?: string | undefined;
}

const cookieKinds = ["sessionToken", "callbackUrl", "csrfToken", "pkceCodeVerifier", "state", "nonce"] as const;
const credentials = z.object({ email: z.string().max(254), password: z.string().max(200) });
const tokenOf = z.object({ signInId: z.uuid() });

/** next-auth set up for one request. Its token names a row of ours, which is looked up whenever the token is read. */
export function nextAuthConfig(request: SignInRequest): NextAuthConfig {
  const { runtime } = request;
  const { secret, secure, cookieName } = sessionSettings(runtime.config);
  const prefix = cookieName.slice(0, cookieName.lastIndexOf("."));
  return {
    secret,
    basePath: "/api/auth",
    trustHost: true, // The front decided on the host and rewrote the headers.
    useSecureCookies: secure,
    cookies: Object.fromEntries(
      cookieKinds.map((kind) => [kind, { name: kind === "sessionToken" ? cookieName : `${prefix}.${kind}` }]),
    ),
    session: { strategy: "jwt", maxAge: signInDays * 86_400 },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: providersOf(request),
    callbacks: callbacksOf(request),
    events: {
      async signOut(message) {
        const parsed = "token" in message ? tokenOf.safeParse(message.token) : undefined;
        const signIn = parsed?.success ? await readSignIn(runtime, parsed.data.signInId) : undefined;
        if (!parsed?.success || !signIn) return;
        const { signInId: id } = parsed.data;
        await asSystem(runtime, (context) => endSignIn(context, { id, userId: signIn.userId }));
      },
    },
    logger: quietLogger(runtime.log),
  };
}

function providersOf({ runtime, ip }: SignInRequest): NextAuthConfig["providers"] {
  const { githubId, githubSecret, githubBaseUrl, oidcIssuer, oidcId, oidcSecret } = runtime.config;
  const providers: NextAuthConfig["providers"] = [
    Credentials({
      credentials: { email: { type: "email" }, password: { type: "password" } },
      async authorize(given) {
        const parsed = credentials.safeParse(given);
        return parsed.success ? ((await findByPassword(runtime, { ...parsed.data, ip })) ?? null) : null;
      },
    }),
  ];
  if (githubId && githubSecret) {
    const enterprise = githubBaseUrl ? { enterprise: { baseUrl: githubBaseUrl.replace(/\/+$/, "") } } : {};
    providers.push(
      GitHub({ clientId: githubId, clientSecret: githubSecret, checks: ["pkce", "state"], ...enterprise }),
    );
  }
  if (oidcIssuer && oidcId && oidcSecret) {
    providers.push({
      id: "oidc",
      name: "Single sign-on",
      type: "oidc",
      issuer: oidcIssuer,
      clientId: oidcId,
      clientSecret: oidcSecret,
      checks: ["pkce", "state", "nonce"],
    });
  }
  return providers;
}

function callbacksOf({ runtime, ip, userAgent, invitation }: SignInRequest): NextAuthConfig["callbacks"] {
  return {
    async signIn({ user, account, profile }) {
      if (!account || account.type === "credentials") return true;
      const identity: Identity = {
        provider: account.provider,
        accountId: account.providerAccountId,
        name: user.name ?? "",
        email: user.email ?? null,
        isEmailVerified: profile?.email_verified !== false,
      };
      try {
        await admitIdentity(runtime, identity, { signUp: runtime.config.signUp, invitation });
        return true;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return `/sign-in?error=${refusals[error.code] ?? "AccessDenied"}`;
      }
    },
    async jwt({ token, user, account }) {
      // `user.id` of a provider is a new random one each time; who it is says our own table.
      if (user && account) {
        const identity = { provider: account.provider, accountId: account.providerAccountId };
        const userId = account.type === "credentials" ? user.id : await findByIdentity(runtime, identity);
        return userId ? { signInId: await startSignIn(runtime, userId, { ip, userAgent }) } : null;
      }
      const parsed = tokenOf.safeParse(token);
      if (!parsed.success || !(await readSignIn(runtime, parsed.data.signInId))) return null;
      // The session was read, so its cookie is written anew, and the row it names lives as long.
      await renewSignIn(runtime, parsed.data.signInId);
      return parsed.data;
    },
    async session({ session, token }) {
      const parsed = tokenOf.safeParse(token);
      const signIn = parsed.success ? await readSignIn(runtime, parsed.data.signInId) : undefined;
      if (!signIn) return { expires: new Date(0).toISOString() };
      const { userId: id, name, email, org } = signIn;
      return { user: { id, name, email }, org, expires: session.expires };
    },
  };
}

const refusals: Partial<Record<AppError["code"], string>> = {
  forbidden: "InvitationNeeded",
  conflict: "OAuthAccountNotLinked",
  invalid: "EmailNotVerified",
};

/** A wrong password is no error of ours, and a stack trace of it in the log helps nobody. */
function quietLogger(log: Logger): NonNullable<NextAuthConfig["logger"]> {
  return {
    error(error) {
      const kind = "type" in error ? error.type : error.name;
      if (kind === "CredentialsSignin") log.info("sign-in refused: wrong e-mail address or password");
      else if (kind === "MissingCSRF" || kind === "UnknownAction") log.info({ kind }, "sign-in request refused");
      else log.error({ kind, reason: reasonOf(error) }, "sign-in failed");
    },
    warn: (code) => log.debug({ code }, "sign-in warning"),
    debug: () => {},
  };
}

function reasonOf(error: Error): string {
  const { cause } = error;
  const inner = typeof cause === "object" && cause !== null && "err" in cause ? cause.err : cause;
  return inner instanceof Error ? `${error.message} ${inner.message}` : error.message;
}
