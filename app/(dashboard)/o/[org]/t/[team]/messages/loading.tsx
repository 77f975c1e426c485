import { RoomSkeleton } from "#app/_features/settings/room-head.tsx";

export default function Loading() {
  return <RoomSkeleton title="Messages" />;
}
