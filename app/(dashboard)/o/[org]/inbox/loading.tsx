import { RoomSkeleton } from "#app/_features/settings/room-head.tsx";

export default function InboxLoading() {
  return <RoomSkeleton title="Inbox" />;
}
