/** A field as in `expectedInputFields`. */
export const field = (name, more) => ({ name, displayName: name, type: "string", required: false, secret: false, ...more });

/** The fields of a form. */
export const fields = [
  field("shop", { displayName: "Store Subdomain", required: true, pattern: "^[a-z0-9-]+$", description: "x in x.myshopify.com" }),
  field("admin_api_access_token", { displayName: "Admin API access token", required: true, secret: true, example: "shpat_…" }),
  field("region", { displayName: "Region", required: true, default: "eu", enum: ["eu", "us"] }),
  field("contact", { displayName: "Contact", format: "email" }),
];

/** Values as a user types them into that form, and as they are sent. */
export const typedValues = { shop: " https://acme.myshopify.com/admin\n", admin_api_access_token: "\ufeffshpat_1 ", contact: "" };
export const sentValues = { shop: "acme", admin_api_access_token: "shpat_1", region: "eu" };
