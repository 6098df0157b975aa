import { usePlaidLink } from "react-plaid-link";

export function useConnect({ token, onSuccess }) {
  const { open } = usePlaidLink({ token, onSuccess });
  return open;
}
