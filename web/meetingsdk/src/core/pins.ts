/** How many people fit on the large places at most. */
export const maxPins = 9;

/** The list after an operation on it; used for pins and for the order of spotlights. */
export function applyPin(list: readonly number[], operate: 'add' | 'replace' | 'remove', userId: number, multiple: boolean): readonly number[] {
  const others = list.filter((id) => id !== userId);
  switch (operate) {
    case 'remove':
      return others;
    case 'replace':
      return [userId];
    default:
      return multiple ? [...others, userId].slice(-maxPins) : [userId];
  }
}
