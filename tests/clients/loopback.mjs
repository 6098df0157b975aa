// Imported before an official client: no connection leaves this machine, and each attempt is recorded.
import { Socket } from "node:net";

const own = ["127.0.0.1", "::1", "localhost"];

/** The hosts that something tried to reach. */
export const foreignHosts = [];

const { connect } = Socket.prototype;
Socket.prototype.connect = function (...values) {
  const [given] = values.flat();
  const host = typeof given === "object" ? given.host ?? "localhost" : typeof values[1] === "string" ? values[1] : "localhost";
  if (own.includes(host)) return connect.apply(this, values);
  foreignHosts.push(host);
  process.nextTick(() => this.destroy(new Error(`A test must not reach ${host}`)));
  return this;
};
