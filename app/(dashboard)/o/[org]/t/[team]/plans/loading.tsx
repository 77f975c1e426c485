import { RoomSkeleton } from "#app/_features/settings/room-head.tsx";

export default function PlansLoading() {
  return <RoomSkeleton title="Plans" />;
}
