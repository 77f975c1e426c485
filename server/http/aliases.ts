/** Short addresses of operations, as scripts of other channel services know them: `/api/<path>`. */
export const postAliases = {
  publish: "publish",
  lock: "lock_channel",
  unlock: "unlock_channel",
  grant: "grant_channel_access",
  revoke: "revoke_channel_access",
  advertise: "advertise_channel",
} as const;

/** The same to read, `/api/<path>/<handle>`. */
export const getAliases = { locks: "list_locks", profile: "get_channel_owner" } as const;
