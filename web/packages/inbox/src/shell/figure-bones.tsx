/** What stands where figures will be. */
import { Bone } from "@halloo/ui";

/** Three figures and the card below them; `height` is that of the card's drawing. */
export function FigureBones({ height }: { readonly height: number }) {
  return (
    <>
      <div class="in-figures" aria-hidden="true">
        {[1, 2, 3].map((key) => (
          <div key={key} class="in-figure">
            <Bone width={60} />
            <Bone width={40} height={26} />
          </div>
        ))}
      </div>
      <div class="in-card in-card-bones" aria-hidden="true">
        <Bone width={30} height={16} />
        <Bone height={height} />
      </div>
    </>
  );
}
