/** Why a session was stopped in which nothing was said for long. */
export const idleReason = "Nothing was said for a while. Say something, and it goes on.";
