import { RoomSkeleton } from "#app/_features/settings/room-head.tsx";

export default function ReposLoading() {
  return <RoomSkeleton title="Repos" />;
}
