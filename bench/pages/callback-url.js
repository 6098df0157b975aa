/** A callback URL. */
export const CALLBACK = "https://app.example/done?tab=mail&cf_flow=0123456789abcdef&status=success&connectedAccountId=ca_abc123&appName=gmail#top";
