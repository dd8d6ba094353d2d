/** The people who answer: a face alone, and up to three of them together. */
import { hueOf, initials } from "@halloo/ui";
import { useState } from "preact/hooks";
import type { Face as Person } from "../frame/engine.ts";

interface FaceProps {
  readonly person: { readonly id: string; readonly name: string; readonly avatar: string | null };
  readonly size: number;
  readonly online?: boolean;
}

/** A picture, else initials on a colour taken from the id. */
export function Face({ person, size, online }: FaceProps) {
  const [broken, setBroken] = useState(false);
  return (
    <span class="h-face" style={{ "--size": `${size}px`, "--hue": String(hueOf(person.id)) }} aria-hidden="true">
      {person.avatar && !broken ? (
        <img src={person.avatar} alt="" width={size} height={size} onError={() => setBroken(true)} />
      ) : (
        <span class="h-initials">{initials(person.name) || "·"}</span>
      )}
      {online && <span class="h-online" />}
    </span>
  );
}

export function Faces({ people, size }: { people: readonly Person[]; size: number }) {
  if (people.length === 0) return null;
  return (
    <span class="h-faces">
      {people.map((person, index) => (
        // Each lies over the next, so that its dot stays in sight.
        <span key={person.id} style={{ position: "relative", zIndex: people.length - index }}>
          <Face person={person} size={size} online={person.online} />
        </span>
      ))}
    </span>
  );
}
