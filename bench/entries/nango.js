import Nango from "@nangohq/frontend";

export function connect({ sessionToken, onEvent }) {
  const nango = new Nango({ connectSessionToken: sessionToken });
  nango.openConnectUI({ onEvent });
}
