/** What both ends call themselves. */
export const serverInfo = { name: "entourage", title: "Entourage", version: "0.1.0" };
