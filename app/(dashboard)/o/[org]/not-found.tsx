import { Compass } from "lucide-react";
import { EmptyState } from "#app/_ui/empty-state.tsx";

/** Within the frame, so that every way on stands beside it. What belongs to somebody else looks the same. */
export default function NotFound() {
  return (
    <EmptyState icon={<Compass />} title="There is nothing here">
      The number may be mistyped, or it belongs to a team you are not in. The board and the search have everything you
      can see.
    </EmptyState>
  );
}
