import type { WriteStream } from "node:tty";
import { styleText } from "node:util";
import { createLogUpdate } from "log-update";

/** One change of one Application. */
interface Change {
  application: string;
  state: string;
  seconds: number;
  up: number;
}

/** Shows how a rehearsal goes: on a terminal a picture that stays in its place, elsewhere a line for each thing that came up. */
export interface LiveView {
  line: (text: string) => void;
  step: (name: string) => void;
  change: (change: Change) => void;
  end: () => void;
}

const SHOWN = 12;

export function liveView(stream: NodeJS.WriteStream | WriteStream): LiveView {
  const states = new Map<string, string>();
  const line = (text: string): void => {
    stream.write(`${text}\n`);
  };
  if (!stream.isTTY) {
    return {
      line,
      step: (name) => { line(`-- ${name}`); },
      change: ({ application, state, seconds, up }) => {
        const was = states.get(application);
        states.set(application, state);
        if (isUp(state) && was !== state) line(`${seconds.toFixed(0).padStart(5)} s  ${application} is up (${up})`);
      },
      end: () => undefined,
    };
  }
  const update = createLogUpdate(stream);
  let title = "";
  let last: Pick<Change, "seconds" | "up"> = { seconds: 0, up: 0 };
  const draw = ({ seconds, up }: Pick<Change, "seconds" | "up">): void => {
    last = { seconds, up };
    const waiting = [...states].filter(([, state]) => !isUp(state));
    const shown = waiting.slice(0, SHOWN).map(([name, state]) => `  ${name.padEnd(24)} ${styleText("dim", state)}`);
    update([`${styleText("bold", title)}  ${seconds.toFixed(0)} s`, `${styleText("green", String(up))} up, ${waiting.length} on their way`, ...shown, ...(waiting.length > SHOWN ? [styleText("dim", `  and ${waiting.length - SHOWN} more`)] : [])].join("\n"));
  };
  return {
    line: (text) => {
      // What is written for good takes the picture's place.
      update.persist(text);
      if (title !== "") draw(last);
    },
    step: (name) => {
      title = name;
      states.clear();
      draw({ seconds: 0, up: 0 });
    },
    change: (change) => {
      states.set(change.application, change.state);
      draw(change);
    },
    end: () => { update.clear(); },
  };
}

function isUp(state: string): boolean {
  return state === "Synced, Healthy";
}
