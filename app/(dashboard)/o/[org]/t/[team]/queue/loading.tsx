import { RoomSkeleton } from "#app/_features/settings/room-head.tsx";

export default function QueueLoading() {
  return <RoomSkeleton title="Queue" />;
}
