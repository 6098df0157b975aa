import { hueOf, initialsOf } from "../vanilla/dom.js";
import { navigate } from "./address.js";

export const Tile = ({ app, name }) => (
  <span className="tile" data-hue={hueOf(app)} aria-hidden="true">
    {initialsOf(name)}
  </span>
);

/** A link that navigates without reloading the document. */
export function Link({ href, ...others }) {
  const follow = (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    navigate(href);
  };
  return <a href={href} onClick={follow} {...others} />;
}
