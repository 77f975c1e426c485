import { RoomSkeleton } from "#app/_features/settings/room-head.tsx";

export default function ReportsLoading() {
  return <RoomSkeleton title="Reports" />;
}
