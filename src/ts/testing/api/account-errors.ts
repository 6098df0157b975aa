import { errorIds } from "../../platform/errors.js";
import type { CatalogueField } from "../catalogue/apps.js";
import type { Account, Store } from "../store.js";
import { ApiError } from "./errors.js";

/** The account with this id. @throws {ApiError} if there is none, or it was deleted. */
export function requireAccount(store: Store, id: string): Account {
  const account = store.account(id);
  if (!account) throw new ApiError(errorIds.accountNotFound, `Connected account "${id}" not found`);
  return account;
}

/** A refusal without a specific error code. */
export const badRequest = (message: string): ApiError => new ApiError(errorIds.badRequest, message);

export const aliasTaken = (alias: string): string => `Alias "${alias}" is already in use by another connection for this entity`;

/** @throws {ApiError} if fields are missing. */
export function requireFields(missing: CatalogueField[]): void {
  if (missing.length) throw new ApiError(errorIds.missingFields, `Missing required fields: ${missing.map(({ displayName }) => displayName).join(", ")}`);
}
