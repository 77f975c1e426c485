import { RoomSkeleton } from "#app/_features/settings/room-head.tsx";

export default function AgentsLoading() {
  return <RoomSkeleton title="Agents" />;
}
