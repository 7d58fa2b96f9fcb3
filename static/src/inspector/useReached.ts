import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { reached } from "../state/moment";
import type { Visit } from "../wire/messages";

/**
 * Has the pass shown finished this turn? Draws again when that changes, not at every movement of the clock.
 */
export function useReached(phase: Visit["phase"], node: number): boolean {
  return useMemo(() => computed(() => reached(phase, node)), [phase, node]).value;
}
