import { RoomSkeleton } from "#app/_features/settings/room-head.tsx";

export default function CostsLoading() {
  return <RoomSkeleton title="Costs" />;
}
