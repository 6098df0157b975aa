const colours = ["amber", "blue", "coral", "cyan", "gold", "green", "grey", "lilac", "olive", "pink", "plum", "red", "rose", "silver", "teal", "white"];
const things = ["anchor", "bridge", "castle", "cedar", "comet", "delta", "falcon", "forest", "harbor", "island", "lantern", "meadow", "otter", "river", "summit"];

/** A short label for an account, such as `gmail_red-castle`. The same index gives the same label, and no other does. */
export function newWordId(app: string, index: number): string {
  // 16 and 15 have no common factor, so the pairs repeat after 240 accounts.
  const pair = `${app}_${colours[index % colours.length]}-${things[index % things.length]}`;
  const round = Math.floor(index / (colours.length * things.length));
  return round === 0 ? pair : `${pair}-${round + 1}`;
}
