/**
 * A few symbols set as mathematics: letters slanted, "L_n" with its index below. Read aloud by the words
 * around it.
 */
import type { JSX } from "preact";

export function Symbols({ of }: { of: string }): JSX.Element {
  return (
    <math class="inspector-math" aria-hidden="true">
      {pieces(of).map((piece, i) => {
        if (!letter(piece[0])) return <Operator key={i} of={piece} />;
        const [base, index] = piece.split("_");
        if (!index) return <mi key={i}>{piece}</mi>;
        return (
          <msub key={i}>
            <mi>{base}</mi>
            {letter(index[0]) ? <mi>{index}</mi> : <mn>{index}</mn>}
          </msub>
        );
      })}
    </math>
  );
}

// Strokes, primes and brackets need no room; what compares or joins terms does.
function Operator({ of }: { of: string }): JSX.Element {
  return "/′()".includes(of) ? (
    <mo lspace="0" rspace="0">
      {of}
    </mo>
  ) : (
    <mo>{of}</mo>
  );
}

/** "∂L_n/∂w" → ∂, L_n, /, ∂, w. */
export function pieces(of: string): string[] {
  return of.match(/[\p{L}∂](_(\d+|\p{L}))?|[^\s\p{L}∂]/gu) ?? [];
}

function letter(text: string | undefined): boolean {
  return text !== undefined && /[\p{L}∂]/u.test(text);
}
