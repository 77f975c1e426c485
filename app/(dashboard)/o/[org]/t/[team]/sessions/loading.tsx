import { RoomSkeleton } from "#app/_features/settings/room-head.tsx";

export default function SessionsLoading() {
  return <RoomSkeleton title="Sessions" />;
}
