import { type Answer, Hydrated } from "#app/_lib/hydrated.tsx";
import { Board } from "./board.tsx";
import { type Work, WorkProvider } from "./work-context.tsx";

type BoardRoomProps = { work: Work; answers: readonly Answer[] };

/** The board with what the server has read for it. */
export function BoardRoom({ work, answers }: BoardRoomProps) {
  return (
    <Hydrated answers={answers}>
      <WorkProvider work={work}>
        <Board />
      </WorkProvider>
    </Hydrated>
  );
}
