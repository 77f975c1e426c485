import { RoomSkeleton } from "#app/_features/settings/room-head.tsx";

export default function ChannelsLoading() {
  return <RoomSkeleton title="Channels" />;
}
