/** The user of the built-in authorization server. */
export const profile = { sub: "sandbox-user", email: "user@sandbox.example" };
