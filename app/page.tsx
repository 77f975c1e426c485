import { redirect } from "next/navigation";
import { loadHome } from "#app/_server/home.ts";

/** The front door: to the person's organization, and strangers to sign in. */
export default async function HomePage() {
  redirect(await loadHome());
}
