import clsx from "clsx";
import {
  Archive,
  ArrowRight,
  Bot,
  Building2,
  CircleDollarSign,
  CircleUserRound,
  FlaskConical,
  FolderGit2,
  GitCommitHorizontal,
  GitMerge,
  Hand,
  KeyRound,
  Link2,
  type LucideIcon,
  MessageCircleQuestionMark,
  MessageSquareText,
  Pause,
  Pencil,
  Play,
  Plus,
  ScanEye,
  User,
  Users,
  Webhook,
} from "lucide-react";
import type { EventFace, Sentence } from "./sentences/about.ts";

const icons: Record<EventFace, LucideIcon> = {
  organization: Building2,
  person: User,
  team: Users,
  agent: Bot,
  key: KeyRound,
  repo: FolderGit2,
  paused: Pause,
  resumed: Play,
  made: Plus,
  changed: Pencil,
  assigned: CircleUserRound,
  linked: Link2,
  claimed: Hand,
  moved: ArrowRight,
  pushed: GitCommitHorizontal,
  message: MessageSquareText,
  review: ScanEye,
  merge: GitMerge,
  gate: FlaskConical,
  request: MessageCircleQuestionMark,
  webhook: Webhook,
  archived: Archive,
  money: CircleDollarSign,
};

const tones = { success: "text-success", warning: "text-warning", danger: "text-danger" };

/** What kind of thing happened. The words beside it say the same. */
export function EventIcon({ sentence: { face, tone } }: { sentence: Pick<Sentence, "face" | "tone"> }) {
  const Icon = icons[face];
  return (
    <Icon
      aria-hidden="true"
      className={clsx("size-4 shrink-0", tone ? tones[tone] : "text-faint")}
      strokeWidth={1.75}
    />
  );
}
