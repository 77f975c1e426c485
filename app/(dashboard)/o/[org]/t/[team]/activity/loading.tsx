import { RoomSkeleton } from "#app/_features/settings/room-head.tsx";

export default function ActivityLoading() {
  return <RoomSkeleton title="Activity" />;
}
