// Written by tests/native/shapes.rs. See shape.ts.
import type { Shapes } from "./shape.js";

export const shapes: Shapes = {
  "answers": {
    "App": {
      "authSchemes?": "string[]",
      "categories": "AppCategory[]",
      "description?": "string",
      "key": "string",
      "logo?": "string",
      "managedAuthSchemes": "string[]",
      "name": "string",
      "noAuth": "boolean"
    },
    "AppCategory": {
      "id": "string",
      "name": "string"
    },
    "AuthParameter": {
      "isMasked": "boolean",
      "name": "string",
      "value": "string"
    },
    "AuthParams": {
      "baseUrl?": "string",
      "parameters": "AuthParameter[]"
    },
    "CompletedConnection": {
      "account": "ConnectedAccount",
      "app?": "string",
      "connectedAccountId": "string",
      "connectionStatus": {
        "ACTIVE": true
      },
      "returnTo?": "string"
    },
    "ConnectError": {
      "actionStatus?": "number",
      "app?": "string",
      "code": "ConnectErrorCode",
      "connectedAccountId?": "string",
      "entityId?": "string",
      "error?": "string",
      "errorDescription?": "string",
      "inAppBrowser?": "string",
      "issues?": "Issue[]",
      "message": "string",
      "name": {
        "ConnectError": true
      },
      "requestId?": "string",
      "retryAfterMs?": "number",
      "retryable": "boolean",
      "status?": "number"
    },
    "ConnectedAccount": {
      "accountType?": "string",
      "alias?": "string",
      "app": "string",
      "authScheme?": "string",
      "createdAt?": "string",
      "displayName?": "string",
      "entityId?": "string",
      "id": "string",
      "integrationId?": "string",
      "isDisabled": "boolean",
      "requestedScopes?": "string[]",
      "status": "string",
      "statusReason?": "string",
      "updatedAt?": "string",
      "wordId?": "string"
    },
    "ConnectionCallback": {
      "app?": "string",
      "connectedAccountId?": "string",
      "error?": "string",
      "errorDescription?": "string",
      "flowId?": "string",
      "outcome": {
        "failure": true,
        "success": true,
        "unknown": true
      },
      "sessionUri?": "string"
    },
    "ConnectionRequest": {
      "connectedAccountId": "string",
      "connectionStatus": "string",
      "entityId?": "string",
      "expiresAtMs?": "number",
      "flowId": "string",
      "redirectUrl": "string | null"
    },
    "Execution": {
      "data": "unknown",
      "logId?": "string",
      "successful": "true"
    },
    "ExpectedInputField": {
      "default?": "string",
      "description?": "string",
      "displayName": "string",
      "enum?": "string[]",
      "example?": "string",
      "format?": "string",
      "name": "string",
      "order?": "number",
      "pattern?": "string",
      "prefix?": "string",
      "required": "boolean",
      "secret": "boolean",
      "suffix?": "string",
      "type": "string"
    },
    "ExpectedParams": {
      "app?": "string",
      "authScheme": "string",
      "expectedInputFields": "ExpectedInputField[]",
      "integrationId": "string | null"
    },
    "FieldJsonSchema": {
      "default?": "string",
      "description?": "string",
      "enum?": "string[]",
      "examples?": "string[]",
      "format?": "string",
      "minLength?": "number",
      "pattern?": "string",
      "title": "string",
      "type": {
        "string": true
      },
      "writeOnly?": "true"
    },
    "FieldsJsonSchema": {
      "$schema": {
        "https://json-schema.org/draft/2020-12/schema": true
      },
      "properties": "Record<FieldJsonSchema>",
      "required": "string[]",
      "type": {
        "object": true
      }
    },
    "FlowBasics": {
      "app?": "string",
      "authScheme?": "string",
      "entityId?": "string",
      "expectedInputFields": "ExpectedInputField[]",
      "integrationId?": "string"
    },
    "InputAttributes": {
      "autoCapitalize": {
        "none": true
      },
      "autoComplete": {
        "email": true,
        "new-password": true,
        "off": true
      },
      "autoCorrect": {
        "off": true
      },
      "inputMode?": {
        "decimal": true,
        "numeric": true
      },
      "pattern?": "string",
      "placeholder?": "string",
      "required?": "true",
      "spellCheck": "false",
      "type": {
        "email": true,
        "password": true,
        "text": true,
        "url": true
      }
    },
    "Integration": {
      "app?": "string",
      "authScheme?": "string",
      "createdAt?": "string",
      "expectedInputFields?": "ExpectedInputField[]",
      "id": "string",
      "isEnabled": "boolean",
      "isManaged?": "boolean"
    },
    "Issue": {
      "code": "IssueCode",
      "field": "string",
      "message": "string",
      "params?": "Record<string>"
    },
    "PendingConnection": {
      "app?": "string",
      "authScheme?": "string",
      "connectedAccountId": "string",
      "entityId?": "string",
      "expiresAtMs": "number",
      "flowId": "string",
      "integrationId?": "string",
      "replaces?": "string",
      "returnTo?": "string",
      "startedAtMs": "number"
    },
    "Revocation": {
      "revokedTokens": "string[]",
      "status": "string"
    },
    "StandardIssue": {
      "code": "IssueCode",
      "field": "string",
      "message": "string",
      "params?": "Record<string>",
      "path": "string[]"
    },
    "Tool": {
      "description": "string",
      "inputSchema": "unknown",
      "name": "string"
    }
  },
  "options": {
    "apps.get": {
      "app": "string",
      "signal?": "foreign",
      "timeoutMs?": "number"
    },
    "apps.list": {
      "category?": "string",
      "search?": "string"
    },
    "completeConnection": {
      "signal?": "foreign",
      "timeoutMs?": "number",
      "url?": "string",
      "verify?": "object"
    },
    "connectedAccounts.delete": {
      "connectedAccountId": "string",
      "revoke?": "boolean",
      "signal?": "foreign",
      "timeoutMs?": "number"
    },
    "connectedAccounts.disable": {
      "connectedAccountId": "string",
      "signal?": "foreign",
      "timeoutMs?": "number"
    },
    "connectedAccounts.enable": {
      "connectedAccountId": "string",
      "signal?": "foreign",
      "timeoutMs?": "number"
    },
    "connectedAccounts.get": {
      "connectedAccountId": "string",
      "signal?": "foreign",
      "timeoutMs?": "number"
    },
    "connectedAccounts.initiate": {
      "alias?": "string",
      "app?": "string",
      "authConfig?": "object",
      "authMode?": "string",
      "authScheme?": "string",
      "data?": "object",
      "entityId?": "string",
      "integrationId?": "string",
      "redirectUri?": "string",
      "redirectUrl?": "string",
      "returnTo?": "string",
      "signal?": "foreign",
      "timeoutMs?": "number"
    },
    "connectedAccounts.list": {
      "accountType?": {
        "ALL": true,
        "PRIVATE": true,
        "SHARED": true
      },
      "allEntities?": "boolean",
      "app?": "string",
      "entityId?": "string",
      "integrationId?": "string",
      "statuses?": "array"
    },
    "connectedAccounts.refresh": {
      "connectedAccountId": "string",
      "redirectUri?": "string",
      "redirectUrl?": "string",
      "signal?": "foreign",
      "timeoutMs?": "number"
    },
    "connectedAccounts.revoke": {
      "connectedAccountId": "string",
      "signal?": "foreign",
      "timeoutMs?": "number"
    },
    "connectedAccounts.update": {
      "alias?": "string",
      "connectedAccountId": "string",
      "data?": "object",
      "signal?": "foreign",
      "timeoutMs?": "number"
    },
    "connectedAccounts.waitUntilActive": {
      "connectedAccountId": "string",
      "signal?": "foreign",
      "timeoutMs?": "number"
    },
    "createClient": {
      "api?": {
        "v3": true,
        "v3.1": true
      },
      "baseUrl": "string",
      "createIntegrations?": "boolean",
      "credentials?": {
        "include": true,
        "omit": true,
        "same-origin": true
      },
      "entityId?": "string",
      "fetch?": "foreign",
      "headers?": "object",
      "maxAnswerBytes?": "number",
      "preload?": "string",
      "providerOrigins?": "array",
      "redirectUrl?": "string",
      "retry?": "number",
      "storage?": "foreign",
      "timeoutMs?": "number",
      "unsafeApiKey?": "string",
      "wasmUrl?": "foreign"
    },
    "ensureConnected": {
      "alias?": "string",
      "allowInAppBrowser?": "boolean",
      "app?": "string",
      "authScheme?": "string",
      "entityId?": "string",
      "integrationId?": "string",
      "mode?": {
        "auto": true,
        "popup": true,
        "redirect": true
      },
      "reconnect?": "string",
      "redirectUri?": "string",
      "redirectUrl?": "string",
      "returnTo?": "string",
      "verify?": "object",
      "whenConnected?": {
        "new": true,
        "reuse": true
      }
    },
    "entity.ensureConnected": {
      "alias?": "string",
      "allowInAppBrowser?": "boolean",
      "app?": "string",
      "authScheme?": "string",
      "integrationId?": "string",
      "mode?": {
        "auto": true,
        "popup": true,
        "redirect": true
      },
      "reconnect?": "string",
      "redirectUri?": "string",
      "redirectUrl?": "string",
      "returnTo?": "string",
      "verify?": "object",
      "whenConnected?": {
        "new": true,
        "reuse": true
      }
    },
    "entity.execute": {
      "action": "string",
      "connectedAccountId?": "string",
      "input?": "object",
      "signal?": "foreign",
      "timeoutMs?": "number",
      "version?": "string"
    },
    "entity.getConnection": {
      "app": "string",
      "signal?": "foreign",
      "timeoutMs?": "number"
    },
    "entity.initiateConnection": {
      "alias?": "string",
      "app?": "string",
      "authConfig?": "object",
      "authMode?": "string",
      "authScheme?": "string",
      "data?": "object",
      "integrationId?": "string",
      "redirectUri?": "string",
      "redirectUrl?": "string",
      "returnTo?": "string",
      "signal?": "foreign",
      "timeoutMs?": "number"
    },
    "entity.tools": {
      "actions?": "array",
      "app?": "string",
      "signal?": "foreign",
      "timeoutMs?": "number"
    },
    "executeAction": {
      "action": "string",
      "connectedAccountId?": "string",
      "entityId?": "string",
      "input?": "object",
      "signal?": "foreign",
      "timeoutMs?": "number",
      "version?": "string"
    },
    "flow": {
      "alias?": "string",
      "allowInAppBrowser?": "boolean",
      "app?": "string",
      "authScheme?": "string",
      "entityId?": "string",
      "integrationId?": "string",
      "mode?": {
        "auto": true,
        "popup": true,
        "redirect": true
      },
      "reconnect?": "string",
      "redirectUri?": "string",
      "redirectUrl?": "string",
      "returnTo?": "string",
      "verify?": "object",
      "whenConnected?": {
        "new": true,
        "reuse": true
      }
    },
    "getAuthParams": {
      "connectedAccountId": "string",
      "signal?": "foreign",
      "timeoutMs?": "number"
    },
    "getExpectedParamsForUser": {
      "app?": "string",
      "authScheme?": "string",
      "entityId?": "string",
      "integrationId?": "string",
      "signal?": "foreign",
      "timeoutMs?": "number"
    },
    "initiateConnection": {
      "alias?": "string",
      "app?": "string",
      "authConfig?": "object",
      "authMode?": "string",
      "authScheme?": "string",
      "data?": "object",
      "entityId?": "string",
      "integrationId?": "string",
      "redirectUri?": "string",
      "redirectUrl?": "string",
      "returnTo?": "string",
      "signal?": "foreign",
      "timeoutMs?": "number"
    },
    "integrations.create": {
      "app": "string",
      "authScheme?": "string",
      "signal?": "foreign",
      "timeoutMs?": "number"
    },
    "integrations.get": {
      "integrationId": "string",
      "signal?": "foreign",
      "timeoutMs?": "number"
    },
    "integrations.list": {
      "app": "string"
    },
    "resume": {
      "app?": "string",
      "entityId?": "string",
      "flowId?": "string",
      "integrationId?": "string",
      "verify?": "object"
    }
  },
  "snapshots": {
    "cancelled": {
      "error": "ConnectError"
    },
    "completing": {
      "connectedAccountId": "string",
      "expiresAtMs": "number",
      "flowId": "string",
      "sessionUri": "string"
    },
    "connected": {
      "account": "ConnectedAccount",
      "connectedAccountId": "string",
      "returnTo?": "string"
    },
    "failed": {
      "error": "ConnectError"
    },
    "idle": {},
    "initiating": {},
    "loading": {},
    "ready": {
      "existing?": "ConnectedAccount[]",
      "inAppBrowser?": "string",
      "issues": "Issue[]"
    },
    "redirecting": {
      "connectedAccountId": "string",
      "expiresAtMs": "number",
      "flowId": "string"
    },
    "verifying": {
      "connectedAccountId": "string",
      "expiresAtMs": "number",
      "flowId": "string"
    },
    "waiting": {
      "connectedAccountId": "string",
      "expiresAtMs": "number",
      "flowId": "string",
      "isPopupOpen": "boolean"
    }
  },
  "trace": {
    "popup": {
      "atMs": "number",
      "flow": "string",
      "what": {
        "blocked": true,
        "closed": true,
        "navigated": true,
        "reserved": true
      }
    },
    "request": {
      "atMs": "number",
      "code?": "ConnectErrorCode",
      "isDeprecated?": "true",
      "method": "string",
      "ms": "number",
      "operation": "string",
      "route": "string",
      "status?": "number",
      "sunsetAtMs?": "number"
    },
    "state": {
      "atMs": "number",
      "code?": "ConnectErrorCode",
      "flow": "string",
      "state": "FlowState"
    },
    "storage": {
      "atMs": "number",
      "flow": "string",
      "what": {
        "kept_in_memory": true,
        "removed": true,
        "stored": true
      }
    }
  },
  "words": {
    "ConnectErrorCode": {
      "access_denied": true,
      "account_expired": true,
      "account_failed": true,
      "account_inactive": true,
      "account_mismatch": true,
      "account_revoked": true,
      "action_failed": true,
      "app_not_connectable": true,
      "auth_scheme_mismatch": true,
      "callback_invalid": true,
      "callback_replayed": true,
      "callback_unbound": true,
      "cancelled": true,
      "completion_required": true,
      "conflict": true,
      "connection_not_needed": true,
      "connection_required": true,
      "credentials_rejected": true,
      "embedded": true,
      "endpoint_retired": true,
      "entity_mismatch": true,
      "fields_invalid": true,
      "flow_expired": true,
      "forbidden": true,
      "gone": true,
      "in_app_browser": true,
      "integration_not_found": true,
      "invalid_argument": true,
      "invalid_request": true,
      "invalid_transition": true,
      "network": true,
      "not_found": true,
      "popup_blocked": true,
      "popup_closed": true,
      "rate_limited": true,
      "redirect_refused": true,
      "redirected": true,
      "rejected": true,
      "response_invalid": true,
      "scopes_missing": true,
      "server": true,
      "timeout": true,
      "unauthorized": true
    },
    "ConnectionStatus": {
      "ACTIVE": true,
      "EXPIRED": true,
      "FAILED": true,
      "INACTIVE": true,
      "INITIALIZING": true,
      "INITIATED": true,
      "PENDING": true,
      "REVOKED": true
    },
    "FlowState": {
      "cancelled": true,
      "completing": true,
      "connected": true,
      "failed": true,
      "idle": true,
      "initiating": true,
      "loading": true,
      "ready": true,
      "redirecting": true,
      "verifying": true,
      "waiting": true
    },
    "IssueCode": {
      "duplicate": true,
      "enum": true,
      "format": true,
      "invisible": true,
      "pattern": true,
      "required": true,
      "too_long": true,
      "type": true,
      "unknown": true
    }
  }
};
